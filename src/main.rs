//! The module that pages load: it makes the figures' border with JavaScript, and waits to be asked. Natively it does
//! nothing.

/// A third of the size of the standard library's allocator.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    #[cfg(target_arch = "wasm32")]
    stepwise::player::report_panics();
}
