//! A Bloom filter: a few bits for each key, which tell of a key that is not there, mostly, and of one that is, always.
//!
//! Every key sets `k` bits of a string of `m` bits, at places that its hash decides. A key whose bits are not all set
//! was never added, so the table behind the filter need not be read. A key whose bits happen to be set by others is a
//! *false positive*: the table is read in vain. After `n` keys that happens with a probability of about
//! (1 − e^(−kn/m))^k, which is least at k ≈ 0.69 m/n (Bloom 1970).
//!
//! Bytes of an encoded filter: the bit string, then one byte `k`, as in LevelDB's filter block. Whoever stores it adds
//! the checksum.
//!
//! Simpler than the real one because: the bits of a key are spread over the whole string, where RocksDB keeps them
//! within one cache line; and there is one filter for a table, not one for each of its blocks.

/// More than this many probes cost more time than the false positives that they save.
const MAX_PROBES: u8 = 30;
/// A very small filter has a very high false-positive rate: a filter never has fewer bits than this.
const MIN_BITS: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bloom {
    bits: Vec<u8>,
    probes: u8,
}

impl Bloom {
    /// A filter for the keys with these hashes (see [`hash`]), with so many bits a key.
    pub fn of(hashes: &[u64], bits_per_key: usize) -> Bloom {
        let bits = (hashes.len() * bits_per_key).max(MIN_BITS).next_multiple_of(8);
        let mut filter = Bloom { bits: vec![0; bits / 8], probes: probes(bits_per_key) };
        for hash in hashes {
            for bit in filter.places_of(*hash) {
                filter.bits[bit / 8] |= 1 << (bit % 8);
            }
        }
        filter
    }

    /// False: the key was never added. True: it was, or this is a false positive.
    pub fn may_contain(&self, key: &[u8]) -> bool {
        self.places(key).all(|bit| self.bits[bit / 8] & (1 << (bit % 8)) != 0)
    }

    /// The bits that stand for a key, in the order in which they are tried.
    pub fn places(&self, key: &[u8]) -> impl Iterator<Item = usize> + use<> {
        self.places_of(hash(key))
    }

    fn places_of(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let bits = self.bits.len() as u64 * 8;
        // Two halves of one hash stand for any number of hashes (Kirsch and Mitzenmacher 2006).
        let step = hash.rotate_left(32) | 1;
        (0..u64::from(self.probes)).map(move |probe| (hash.wrapping_add(probe.wrapping_mul(step)) % bits) as usize)
    }

    pub fn encode(&self) -> Vec<u8> {
        [&self.bits[..], &[self.probes]].concat()
    }

    /// Reads an encoded filter; nothing if these bytes cannot be one.
    pub fn decode(bytes: &[u8]) -> Option<Bloom> {
        let (&probes, bits) = bytes.split_last()?;
        let fits = !bits.is_empty() && (1..=MAX_PROBES).contains(&probes);
        fits.then(|| Bloom { bits: bits.to_vec(), probes })
    }
}

/// 0.69 bits a key is ln 2: the number of probes that leaves half of the bits unset.
fn probes(bits_per_key: usize) -> u8 {
    (bits_per_key * 69 / 100).clamp(1, MAX_PROBES.into()) as u8
}

/// FNV-1a, and a mixing of its bits after it (the finalizer of MurmurHash3), since FNV alone leaves the high bits of
/// short keys alike.
pub fn hash(key: &[u8]) -> u64 {
    let mut hash = key
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(keys: u32, bits_per_key: usize) -> Bloom {
        let hashes: Vec<u64> = (0..keys).map(|key| hash(&key.to_be_bytes())).collect();
        Bloom::of(&hashes, bits_per_key)
    }

    #[test]
    fn what_was_added_is_always_found() {
        for keys in [0, 1, 10, 1_000] {
            let filter = filter(keys, 10);
            assert!((0..keys).all(|key| filter.may_contain(&key.to_be_bytes())));
            assert_eq!(Bloom::decode(&filter.encode()), Some(filter));
        }
    }

    /// FACTS: false positives (1-e^(-kn/m))^k, for 4 to 16 bits a key, within four standard errors.
    #[test]
    fn false_positives_are_as_rare_as_the_formula_says() {
        const KEYS: u32 = 2_000;
        const PROBES: u32 = 200_000;
        for bits_per_key in 4..=16 {
            let filter = filter(KEYS, bits_per_key);
            let (k, m) = (i32::from(filter.probes), filter.bits.len() as f64 * 8.0);
            // (1 - 1/m)^kn, the chance that a bit is still unset, is what e^(-kn/m) stands for.
            let unset = (1.0 - 1.0 / m).powi(k * KEYS as i32);
            let expected = (1.0 - unset).powi(k);
            let wrong = (KEYS..KEYS + PROBES).filter(|key| filter.may_contain(&key.to_be_bytes())).count();
            let rate = wrong as f64 / f64::from(PROBES);
            // The filter itself is one sample among many: allow for the spread of its own fill as well.
            let error = 4.0 * (expected * (1.0 - expected) / f64::from(PROBES)).sqrt() + 0.05 * expected;
            assert!((rate - expected).abs() < error, "{bits_per_key} bits: {rate} against {expected}");
        }
    }

    #[test]
    fn bytes_that_are_no_filter_are_refused() {
        assert_eq!(Bloom::decode(&[]), None);
        assert_eq!(Bloom::decode(&[3]), None);
        assert_eq!(Bloom::decode(&[0xff, 0]), None);
        assert_eq!(Bloom::decode(&[0xff, 31]), None);
    }
}
