//! Stepwise: an interactive textbook of data systems. A figure is a script run by a real engine, and all that a reader
//! sees is a view of that run.
//!
//! Read in this order:
//! 1. [`engine`]: the engines, what they stand on, and the contract between them and whoever follows;
//! 2. [`timeline`]: a run recorded, so that it can be stepped, sought, forked and crashed;
//! 3. [`scene`]: a picture as data, and its SVG text;
//! 4. [`figures`]: how each engine is drawn, one file a figure, and the catalogue of them all;
//! 5. [`spec`]: a figure with its parameters, script and step as one value, in three spellings;
//! 6. [`transcript`]: a run as text and as JSON;
//! 7. [`player`]: the browser's part: stage, controls and drawers;
//! 8. [`book`]: the native part: chapters made into pages.
//!
//! Imports run one way, `player` → `figures` → `scene` and `timeline` → `engine`, and a test keeps it so.

pub use stepwise_engine as engine;

pub mod figures;
pub mod scene;
pub mod spec;
pub mod timeline;
pub mod transcript;

#[cfg(not(target_arch = "wasm32"))]
pub mod book;
#[cfg(target_arch = "wasm32")]
pub mod player;
