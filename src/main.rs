//! The module that pages load: it makes the figures' border with JavaScript, and waits to be asked. Natively it does
//! nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    stepwise::player::report_panics();
}
