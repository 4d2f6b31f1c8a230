//! Where the files of a tar archive lie.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

/// The unit of an archive.
const BLOCK: u64 = 512;

/// The bytes of each file, by its name without folders.
///
/// # Errors
/// What the system says, or what is wrong with the archive.
pub(super) fn files(path: &Path) -> std::io::Result<HashMap<String, Range<u64>>> {
    let mut archive = BufReader::new(File::open(path)?);
    let length = archive.get_ref().metadata()?.len();
    let mut found = HashMap::new();
    let mut header = [0; BLOCK as usize];
    let mut at = 0;
    loop {
        // Two empty blocks are the end: an archive that ends without them was cut off.
        if at + BLOCK > length {
            return Err(damaged(at));
        }
        archive.seek(SeekFrom::Start(at))?;
        archive.read_exact(&mut header)?;
        if header[0] == 0 {
            return Ok(found);
        }
        let size = octal(&header[124..136])
            .filter(|size| at + BLOCK + size <= length)
            .ok_or_else(|| damaged(at))?;
        let start = at + BLOCK;
        let is_file = matches!(header[156], 0 | b'0');
        if is_file {
            let name = text(&header[..100]);
            let name = name.rsplit('/').next().unwrap_or_default().to_owned();
            found.insert(name, start..start + size);
        }
        at = start + size.div_ceil(BLOCK) * BLOCK;
    }
}

fn damaged(at: u64) -> std::io::Error {
    std::io::Error::other(format!("it is no tar archive, or damaged at byte {at}"))
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

fn octal(field: &[u8]) -> Option<u64> {
    u64::from_str_radix(text(field).trim(), 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, content) in files {
            let mut header = [0_u8; 512];
            header[..name.len()].copy_from_slice(name.as_bytes());
            let size = format!("{:011o}\0", content.len());
            header[124..136].copy_from_slice(size.as_bytes());
            header[156] = b'0';
            bytes.extend_from_slice(&header);
            bytes.extend_from_slice(content);
            bytes.resize(bytes.len().div_ceil(512) * 512, 0);
        }
        bytes.resize(bytes.len() + 1024, 0);
        bytes
    }

    #[test]
    fn files_are_found_where_they_lie_and_damage_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.tar");
        let bytes = archive(&[("x/one.wav", b"first"), ("two.wav", &[7; 600])]);
        std::fs::write(&path, &bytes).expect("a file");
        let found = files(&path).expect("an archive");
        let part = |name: &str| {
            let range = &found[name];
            bytes[range.start as usize..range.end as usize].to_vec()
        };
        assert_eq!(part("one.wav"), b"first");
        assert_eq!(part("two.wav"), [7; 600]);
        std::fs::write(&path, &bytes[..1_100]).expect("a file");
        assert!(files(&path).is_err(), "cut off");
    }
}
