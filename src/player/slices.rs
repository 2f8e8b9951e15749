//! Long work on the page's one thread, in slices, so that the page goes on answering.

use gloo::timers::callback::Timeout;

/// A slice ends after so many milliseconds. Its last batch may take longer (a compaction falls into it), and the page may
/// not be kept for more than 50.
const SLICE: f64 = 16.0;
/// The first batch; twice as many as long as they take next to no time.
const FIRST: usize = 16;
const MOST: usize = 1 << 16;

/// Work under way.
pub struct Slices {
    /// So many pieces of work between two looks at the clock.
    batch: usize,
    /// The next slice; gone with this, so that dropping it stops the work.
    _next: Option<Timeout>,
}

impl Slices {
    /// Begins: `wake` asks for the first slice, as soon as the page has had its turn.
    pub fn begin(wake: impl FnOnce() + 'static) -> Slices {
        Slices { batch: FIRST, _next: Some(Timeout::new(0, wake)) }
    }

    /// Carries out batches until the slice is over, and asks for the next by `wake`; whether there is more to do.
    pub fn slice(&mut self, advance: &mut dyn FnMut(usize) -> bool, wake: impl FnOnce() + 'static) -> bool {
        let began = js_sys::Date::now();
        let mut now = began;
        while now - began < SLICE {
            if !advance(self.batch) {
                return false;
            }
            let after = js_sys::Date::now();
            // Some batches do far more than others.
            self.batch = if after - now < 2.0 { (self.batch * 2).min(MOST) } else { (self.batch / 2).max(1) };
            now = after;
        }
        self._next = Some(Timeout::new(0, wake));
        true
    }
}
