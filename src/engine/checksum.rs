//! The checksum by which an engine tells a record that was torn or has rotted: CRC-32 as in zip, PNG and Bitcask
//! (ISO-HDLC: polynomial 0x04C11DB7, reflected, complemented).

/// The CRC-32 of `bytes`.
#[cfg(not(target_arch = "wasm32"))]
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// The CRC-32 of `bytes`, by a table of 1 KiB: the faster way's 16 KiB of random numbers would have to be fetched with
/// every page, and nothing compresses them.
#[cfg(target_arch = "wasm32")]
pub fn crc32(bytes: &[u8]) -> u32 {
    const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    CRC.checksum(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_of_checksums_says_so() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    /// The page's way is not tested in the page alone: both give the same sum of any bytes.
    #[test]
    fn both_ways_agree() {
        let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
        let bytes: Vec<u8> = (0..1000_u32).map(|number| ((number * number) >> 3) as u8).collect();
        for len in 0..bytes.len() {
            assert_eq!(crc32(&bytes[..len]), crc.checksum(&bytes[..len]));
        }
    }
}
