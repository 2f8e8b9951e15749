//! The checksum by which an engine tells a record that was torn or has rotted: CRC-32 as in zip, PNG and Bitcask
//! (ISO-HDLC: polynomial 0x04C11DB7, reflected, complemented).

/// The CRC-32 of `bytes`.
#[cfg(not(target_arch = "wasm32"))]
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// The CRC-32 of `bytes`, eight of them at a time.
#[cfg(target_arch = "wasm32")]
pub fn crc32(bytes: &[u8]) -> u32 {
    by_eights(bytes)
}

/// Slicing by eight (Kounavis and Berry 2005): table `n` has what a byte does to the sum with `n` bytes after it, so that
/// eight bytes are looked up side by side. The tables are made when the first sum is asked for: the libraries carry them
/// ready, as random numbers that every page would have to fetch, since nothing compresses them.
#[cfg(any(test, target_arch = "wasm32"))]
fn by_eights(bytes: &[u8]) -> u32 {
    static TABLES: std::sync::OnceLock<[[u32; 256]; 8]> = std::sync::OnceLock::new();
    let tables = TABLES.get_or_init(tables);
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut sum = !0;
    for eight in eights {
        let word = u64::from_le_bytes(*eight) ^ u64::from(sum);
        sum = (0..8).fold(0, |sum, place| sum ^ tables[7 - place][(word >> (8 * place)) as usize & 0xff]);
    }
    !rest.iter().fold(sum, |sum, byte| sum >> 8 ^ tables[0][(sum as u8 ^ byte) as usize])
}

#[cfg(any(test, target_arch = "wasm32"))]
fn tables() -> [[u32; 256]; 8] {
    /// The polynomial, its bits in reverse.
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let mut tables = [[0; 256]; 8];
    for (byte, sum) in (0..).zip(&mut tables[0]) {
        *sum = (0..8).fold(byte, |sum: u32, _| sum >> 1 ^ if sum & 1 == 1 { POLYNOMIAL } else { 0 });
    }
    for table in 1..8 {
        tables[table] = tables[table - 1].map(|sum| sum >> 8 ^ tables[0][sum as usize & 0xff]);
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_of_checksums_says_so() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(by_eights(b"123456789"), 0xcbf4_3926);
    }

    /// The page's way is not tested in the page alone: both give the same sum of any bytes.
    #[test]
    fn both_ways_agree() {
        let bytes: Vec<u8> = (0..1000_u32).map(|number| ((number * number) >> 3) as u8).collect();
        for len in 0..bytes.len() {
            assert_eq!(crc32(&bytes[..len]), by_eights(&bytes[..len]));
        }
    }
}
