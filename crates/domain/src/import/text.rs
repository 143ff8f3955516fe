//! Decodes an uploaded file. Spreadsheet programs choose the encoding by their country and age.

use encoding_rs::{Encoding as Codec, UTF_8, WINDOWS_1252};
use thiserror::Error;

/// The encoding a file was read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, which only its byte order mark reveals.
    Utf16,
    /// Anything else: the encoding of old Western spreadsheets. A guess, so people are asked to check the letters.
    Windows1252,
}

impl Encoding {
    const ALL: [Self; 3] = [Self::Utf8, Self::Utf16, Self::Windows1252];

    /// The name it is stored and shown under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// The encoding with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }
}

/// Why a file can't be read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// It is empty or only white space.
    #[error("The file is empty. Choose a file with a header row and one row per fleet.")]
    Empty,
    /// A workbook in a spreadsheet program's own format.
    #[error(
        "This is a spreadsheet, not a text file. In your spreadsheet app, save it as “CSV UTF-8” and choose that file."
    )]
    Workbook,
    /// A picture, a program, or UTF-16 without a byte order mark.
    #[error("Onramp can’t read this file as text. Save it as “CSV UTF-8” and choose that file.")]
    Binary,
    /// The byte order mark claims an encoding that the rest doesn’t have.
    #[error("Some characters are damaged: the file claims to be {0} but isn’t. Save it as “CSV UTF-8” again.")]
    Damaged(&'static str),
}

/// Decodes a file: by its byte order mark if it has one, else as UTF-8 if it is valid, else as Windows-1252.
pub fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), TextError> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(TextError::Workbook);
    }
    let (text, encoding) = match Codec::for_bom(&bytes) {
        Some((codec, mark)) => {
            let encoding = if codec == UTF_8 { Encoding::Utf8 } else { Encoding::Utf16 };
            let (text, damaged) = codec.decode_without_bom_handling(&bytes[mark..]);
            if damaged {
                return Err(TextError::Damaged(encoding.name()));
            }
            (text.into_owned(), encoding)
        }
        None => match String::from_utf8(bytes) {
            Ok(text) => (text, Encoding::Utf8),
            Err(error) => {
                let (text, _) = WINDOWS_1252.decode_without_bom_handling(error.as_bytes());
                (text.into_owned(), Encoding::Windows1252)
            }
        },
    };
    if text.contains('\0') {
        Err(TextError::Binary)
    } else if text.trim().is_empty() {
        Err(TextError::Empty)
    } else {
        Ok((text, encoding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_in_the_encoding_it_was_written_in() {
        let utf16 = |order: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            let units = "ref;name\nA;Łódź".encode_utf16().flat_map(order);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        let table: [(Vec<u8>, &str, Encoding); 5] = [
            ("ref;name\nA;Łódź".into(), "ref;name\nA;Łódź", Encoding::Utf8),
            ("\u{feff}ref;name\nA;Łódź".into(), "ref;name\nA;Łódź", Encoding::Utf8),
            (utf16(u16::to_le_bytes, [0xff, 0xfe]), "ref;name\nA;Łódź", Encoding::Utf16),
            (utf16(u16::to_be_bytes, [0xfe, 0xff]), "ref;name\nA;Łódź", Encoding::Utf16),
            (b"ref;name\nA;M\xfcller \x80".to_vec(), "ref;name\nA;Müller €", Encoding::Windows1252),
        ];
        for (bytes, want, encoding) in table {
            assert_eq!(decode(bytes), Ok((want.to_owned(), encoding)));
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        let table: [(&[u8], TextError); 7] = [
            (b"", TextError::Empty),
            (b" \r\n\t\n", TextError::Empty),
            (b"\xef\xbb\xbf\n", TextError::Empty),
            (b"PK\x03\x04rest of a workbook", TextError::Workbook),
            (b"\xD0\xCF\x11\xE0rest of an old one", TextError::Workbook),
            (b"r\0e\0f\0", TextError::Binary),
            (b"\xef\xbb\xbfref\nM\xfcller", TextError::Damaged("UTF-8")),
        ];
        for (bytes, want) in table {
            assert_eq!(decode(bytes.to_vec()), Err(want), "{bytes:?}");
        }
    }
}
