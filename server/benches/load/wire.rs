//! One keep-alive connection, as cheap as it gets: bytes that are ready go out, and of the answer only its status and its
//! length are read. The generator shares the machine with what it measures.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Longest answer that is taken.
const ANSWER_MAX: usize = 256 * 1024;

/// A connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// Sends a request and waits for the whole answer; gives its status.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = Answer::read(&self.buffer)? {
                if self.buffer.len() >= answer.length {
                    return Ok(answer.status);
                }
                if answer.length > ANSWER_MAX {
                    return Err(io::Error::other("the answer is too long"));
                }
            }
        }
    }
}

struct Answer {
    status: u16,
    /// Of head and body.
    length: usize,
}

impl Answer {
    /// Reads the head once it is there as a whole.
    fn read(bytes: &[u8]) -> io::Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(&bytes[..end]).map_err(io::Error::other)?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.get(9..12)?.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("no status in the answer"))?;
        let body = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        let body: usize = body.ok_or_else(|| io::Error::other("no length in the answer"))?;
        Ok(Some(Self { status, length: end + 4 + body }))
    }
}
