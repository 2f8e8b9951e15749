//! What a run of 2,000 steps of the B-tree costs: memory, and the time to draw any step of it. Prints one figure a line.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use stepwise::figures;
use stepwise::scene::Breadth;
use stepwise::spec::FigureSpec;

/// The system's memory, counted.
struct Counted;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory that it hands out.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static MEMORY: Counted = Counted;

fn main() {
    let before = IN_USE.load(Ordering::Relaxed);
    let spec = FigureSpec { kind: "btree".into(), run: "put 1..1000 x".into(), ..FigureSpec::default() };
    let opened = figures::open(&spec).expect("there is a B-tree");
    let run = opened.run;
    let used = IN_USE.load(Ordering::Relaxed) - before;
    println!("recording_steps {}", run.last());
    println!("recording_2000_steps_mb {:.2}", used as f64 / 1e6);

    // All over the run, in no order that a cache would like.
    let mut times: Vec<f64> = Vec::new();
    let mut most = 0;
    for place in 0..200 {
        let index = place * 7919 % (run.last() + 1);
        let start = Instant::now();
        let scene = run.scene(index, Breadth::Wide);
        times.push(start.elapsed().as_secs_f64() * 1e3);
        most = most.max(scene.shapes.len());
    }
    times.sort_by(f64::total_cmp);
    println!("scene_shapes_at_most {most}");
    println!("scene_drawn_p95_ms {:.3}", times[times.len() * 95 / 100]);
}
