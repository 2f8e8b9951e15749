//! The player: the Yew components of the browser.
