//! Our LSM-tree and hash index beside fjall, sled, redb and the standard library's tree, in one run: 200,000 random keys
//! of 16 bytes with values of 100, put one after the other and then read in another order. Prints one figure a line:
//! name, value. Times are in nanoseconds for one key, the best of several rounds.
//!
//! Nobody waits for a disk: the others have their files in memory (`/dev/shm` where there is one), without `fsync`; redb
//! has a memory of its own and one transaction for all puts, its best case. Ours are on their simulated disk, with sync on
//! command, and the LSM-tree has LevelDB's sizes, with as much memory for blocks as fjall has.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use fjall::KeyspaceCreateOptions;
use redb::ReadableDatabase;
use stepwise_engine::key::Key;
use stepwise_engine::storage::lsm::Lsm;

const ROUNDS: usize = 3;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A store that takes all pairs, and then gives back how many of the keys it finds.
trait Store {
    fn name(&self) -> &'static str;
    fn put_all(&mut self, pairs: &[(String, String)]) -> Result<()>;
    /// Between the two nobody looks at the clock: a store may end what its background has begun.
    fn settle(&mut self) {}
    fn get_all(&mut self, keys: &[&str]) -> Result<usize>;
}

fn main() -> Result<()> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(200_000), |count| count.parse())?;
    let mut random = oorandom::Rand64::new(42);
    // An odd factor makes a permutation of the numbers of 64 bits: no key comes twice.
    let key = |number: u64| format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let pairs: Vec<_> = (0..count).map(|number| (key(number), format!("{number:0100}"))).collect();
    let mut keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
    for last in (1..keys.len()).rev() {
        keys.swap(last, random.rand_range(0..last as u64 + 1) as usize);
    }
    let mut best: Vec<(&'static str, f64, f64)> = Vec::new();
    for _ in 0..ROUNDS {
        for open in [lsm, fjall, sled, redb, map] {
            let shared = Path::new("/dev/shm");
            let folder = if shared.is_dir() { tempfile::tempdir_in(shared)? } else { tempfile::tempdir()? };
            let mut store = open(folder.path())?;
            let start = Instant::now();
            store.put_all(&pairs)?;
            let put = start.elapsed().as_secs_f64();
            store.settle();
            let start = Instant::now();
            let found = store.get_all(&keys)?;
            let get = start.elapsed().as_secs_f64();
            assert_eq!(found, keys.len(), "{} finds every key", store.name());
            match best.iter_mut().find(|(name, ..)| *name == store.name()) {
                Some(known) => (known.1, known.2) = (known.1.min(put), known.2.min(get)),
                None => best.push((store.name(), put, get)),
            }
        }
    }
    for (name, put, get) in best {
        println!("stores_{name}_put_ns {:.0}", put * 1e9 / count as f64);
        println!("stores_{name}_get_ns {:.0}", get * 1e9 / count as f64);
    }
    Ok(())
}

struct Ours(Lsm);

fn lsm(_: &Path) -> Result<Box<dyn Store>> {
    Ok(Box::new(Ours(Lsm::new(stepwise_speed::lsm::settings()))))
}

impl Store for Ours {
    fn name(&self) -> &'static str {
        "lsm"
    }

    fn put_all(&mut self, pairs: &[(String, String)]) -> Result<()> {
        for (key, value) in pairs {
            self.0.put(&Key::new(key), value, &mut ()).map_err(|refusal| refusal.to_string())?;
        }
        Ok(())
    }

    fn settle(&mut self) {
        stepwise_speed::lsm::settle(&mut self.0);
    }

    fn get_all(&mut self, keys: &[&str]) -> Result<usize> {
        let mut found = 0;
        for key in keys {
            let value = self.0.get(&Key::new(key), &mut ()).map_err(|refusal| refusal.to_string())?;
            found += usize::from(value.is_some());
        }
        Ok(found)
    }
}

struct Fjall {
    keyspace: fjall::Keyspace,
    /// It keeps the keyspace open.
    _database: fjall::Database,
}

fn fjall(folder: &Path) -> Result<Box<dyn Store>> {
    let database = fjall::Database::builder(folder).open()?;
    let keyspace = database.keyspace("pairs", KeyspaceCreateOptions::default)?;
    Ok(Box::new(Fjall { keyspace, _database: database }))
}

impl Store for Fjall {
    fn name(&self) -> &'static str {
        "fjall"
    }

    fn put_all(&mut self, pairs: &[(String, String)]) -> Result<()> {
        pairs.iter().try_for_each(|(key, value)| Ok(self.keyspace.insert(key, value)?))
    }

    fn get_all(&mut self, keys: &[&str]) -> Result<usize> {
        let mut found = 0;
        for key in keys {
            found += usize::from(self.keyspace.get(key)?.is_some());
        }
        Ok(found)
    }
}

struct Sled(sled::Db);

fn sled(folder: &Path) -> Result<Box<dyn Store>> {
    Ok(Box::new(Sled(sled::Config::new().path(folder).flush_every_ms(None).open()?)))
}

impl Store for Sled {
    fn name(&self) -> &'static str {
        "sled"
    }

    fn put_all(&mut self, pairs: &[(String, String)]) -> Result<()> {
        pairs.iter().try_for_each(|(key, value)| Ok(self.0.insert(key, value.as_bytes()).map(|_| ())?))
    }

    fn get_all(&mut self, keys: &[&str]) -> Result<usize> {
        let mut found = 0;
        for key in keys {
            found += usize::from(self.0.get(key)?.is_some());
        }
        Ok(found)
    }
}

struct Redb(redb::Database);

const PAIRS: redb::TableDefinition<&str, &str> = redb::TableDefinition::new("pairs");

fn redb(_: &Path) -> Result<Box<dyn Store>> {
    let backend = redb::backends::InMemoryBackend::new();
    Ok(Box::new(Redb(redb::Database::builder().create_with_backend(backend)?)))
}

impl Store for Redb {
    fn name(&self) -> &'static str {
        "redb"
    }

    fn put_all(&mut self, pairs: &[(String, String)]) -> Result<()> {
        let write = self.0.begin_write()?;
        {
            let mut table = write.open_table(PAIRS)?;
            for (key, value) in pairs {
                table.insert(key.as_str(), value.as_str())?;
            }
        }
        Ok(write.commit()?)
    }

    fn get_all(&mut self, keys: &[&str]) -> Result<usize> {
        let table = self.0.begin_read()?.open_table(PAIRS)?;
        let mut found = 0;
        for key in keys {
            found += usize::from(table.get(key)?.is_some());
        }
        Ok(found)
    }
}

struct Map(BTreeMap<String, String>);

fn map(_: &Path) -> Result<Box<dyn Store>> {
    Ok(Box::new(Map(BTreeMap::new())))
}

impl Store for Map {
    fn name(&self) -> &'static str {
        "std_btreemap"
    }

    fn put_all(&mut self, pairs: &[(String, String)]) -> Result<()> {
        self.0.extend(pairs.iter().cloned());
        Ok(())
    }

    fn get_all(&mut self, keys: &[&str]) -> Result<usize> {
        Ok(keys.iter().filter(|key| self.0.get(**key).cloned().is_some()).count())
    }
}
