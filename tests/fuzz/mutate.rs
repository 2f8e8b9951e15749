//! Changes inputs by chance, as fuzzers do: what a seed decides can be run again.

use stepwise::engine::sim::Rng;

/// Numbers at which decoders go wrong: the ends of their ranges.
const STRANGE: [u64; 9] = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, u64::MAX];

/// No input grows beyond this.
pub const LONGEST: usize = 4096;

/// An input made of one that is known, or of two, by one to six changes.
pub fn mutated(corpus: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut input = pick(corpus, rng).clone();
    for _ in 0..=rng.below(6) {
        change(&mut input, corpus, rng);
    }
    input.truncate(LONGEST);
    input
}

fn pick<'a>(corpus: &'a [Vec<u8>], rng: &mut Rng) -> &'a Vec<u8> {
    &corpus[rng.below(corpus.len() as u64) as usize]
}

/// A place in the input, its end included.
fn place(input: &[u8], rng: &mut Rng) -> usize {
    rng.below(input.len() as u64 + 1) as usize
}

fn change(input: &mut Vec<u8>, corpus: &[Vec<u8>], rng: &mut Rng) {
    let at = place(input, rng);
    let end = (at + 1 + rng.below(16) as usize).min(input.len());
    match rng.below(9) {
        0 => input.truncate(at),
        1 => drop(input.drain(at..end)),
        2 => {
            let again = input[at..end].to_vec();
            input.splice(at..at, again);
        }
        3 => input.insert(at, rng.below(256) as u8),
        4 => {
            // A number, of any width and in either order, as a length might stand there.
            let number = STRANGE[rng.below(STRANGE.len() as u64) as usize].wrapping_add(rng.below(3)).wrapping_sub(1);
            let width = 1 << rng.below(4);
            let mut bytes = number.to_le_bytes()[..width].to_vec();
            if rng.one_in(2) {
                bytes.reverse();
            }
            let end = (at + width).min(input.len());
            input.splice(at..end, bytes);
        }
        5 => {
            // The rest of another input.
            let other = pick(corpus, rng);
            input.truncate(at);
            input.extend_from_slice(&other[place(other, rng)..]);
        }
        _ if at < input.len() && rng.one_in(2) => input[at] ^= 1 << rng.below(8),
        _ if at < input.len() => input[at] = rng.below(256) as u8,
        _ => input.push(rng.below(256) as u8),
    }
}
