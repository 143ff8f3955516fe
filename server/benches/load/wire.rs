//! A keep-alive connection that costs as little as possible, because the generator shares the machine with what it measures: prepared
//! bytes go out, and only the status and the length of the answer are parsed.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The longest answer that is accepted.
const ANSWER_MAX: usize = 256 * 1024;

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// Sends a request, waits for the complete answer, and returns its status.
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
    /// The length of head and body.
    length: usize,
}

impl Answer {
    /// Parses the head once it is complete.
    fn read(bytes: &[u8]) -> io::Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(&bytes[..end]).map_err(io::Error::other)?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.get(9..12)?.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("the answer has no status"))?;
        let body = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        let body: usize = body.ok_or_else(|| io::Error::other("the answer has no length"))?;
        Ok(Some(Self { status, length: end + 4 + body }))
    }
}
