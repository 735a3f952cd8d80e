//! The phone's secret store in the demo: one file in a folder. It stands for Keychain and Keystore, and encrypts nothing.
//!
//! What it does have of them: a value is there entirely or not at all, also when the app is killed while it writes.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pocketcard::host::{SecretStore, SecretStoreError};

/// Secrets in a file. The same file is the same store.
#[derive(Debug)]
pub struct FileSecrets {
    file: PathBuf,
    one_at_a_time: Mutex<()>,
}

type Secrets = BTreeMap<String, Vec<u8>>;

impl FileSecrets {
    /// The store in `file`, empty where there is none.
    pub fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), one_at_a_time: Mutex::default() }
    }

    fn read(&self) -> Result<Secrets, SecretStoreError> {
        match std::fs::read(&self.file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(failed),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Secrets::new()),
            Err(error) => Err(failed(error)),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Secrets)) -> Result<(), SecretStoreError> {
        let _alone = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let mut secrets = self.read()?;
        change(&mut secrets);
        let bytes = serde_json::to_vec(&secrets).map_err(failed)?;
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let mut next = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        next.write_all(&bytes).and_then(|()| next.as_file().sync_all()).map_err(failed)?;
        next.persist(&self.file).map_err(failed)?;
        Ok(())
    }
}

fn failed(error: impl std::fmt::Display) -> SecretStoreError {
    SecretStoreError::Failed { problem: error.to_string() }
}

impl SecretStore for FileSecrets {
    fn get(&self, key: String) -> Result<Option<Vec<u8>>, SecretStoreError> {
        Ok(self.read()?.remove(&key))
    }

    fn put(&self, key: String, value: Vec<u8>) -> Result<(), SecretStoreError> {
        self.change(|secrets| {
            secrets.insert(key, value);
        })
    }

    fn remove(&self, key: String) -> Result<(), SecretStoreError> {
        self.change(|secrets| {
            secrets.remove(&key);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_outlive_the_app() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets.json");
        FileSecrets::new(&file).put("a".to_owned(), vec![1, 2]).unwrap();
        FileSecrets::new(&file).put("b".to_owned(), vec![3]).unwrap();
        let store = FileSecrets::new(&file);
        store.remove("b".to_owned()).unwrap();
        assert_eq!(store.get("a".to_owned()), Ok(Some(vec![1, 2])));
        assert_eq!(store.get("b".to_owned()), Ok(None));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half written is left");
    }
}
