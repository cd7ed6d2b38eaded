//! The same work for many numbers, on several threads.

use std::num::NonZero;
use std::thread;

/// The results of `work` for each number below `count`, in their order, whatever the number of threads.
///
/// # Panics
///
/// When `work` does.
pub(crate) fn map<T: Send>(
    count: usize,
    threads: NonZero<usize>,
    work: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let part = count.div_ceil(threads.get()).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = (0..count)
            .step_by(part)
            .map(|start| start..(start + part).min(count))
            .map(|numbers| scope.spawn(|| numbers.map(&work).collect::<Vec<T>>()))
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
