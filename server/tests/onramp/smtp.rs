//! A mail server that keeps what it is given, and can be told to misbehave.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// How long a test waits for mail.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the server takes mail.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Takes all.
    Accept,
    /// Answers this to the recipient: `550 5.1.1 No such user`.
    AtRecipient(String),
    /// Answers this to the message.
    AtContent(String),
    /// Takes the message and hangs up without a word.
    HangUpAfterContent,
    /// Takes the message and never answers.
    SilentAfterContent,
    /// Takes the connection and never says anything.
    NeverAnswer,
    /// Answers this to whoever signs in: `535 5.7.8 Wrong password`.
    AtSignIn(String),
}

/// A mail as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The recipient as told to the server, not as it stands in the head.
    pub(crate) to: String,
    /// The sender as told to the server.
    pub(crate) from: String,
    /// The subject, decoded.
    pub(crate) subject: String,
    /// The text, decoded.
    pub(crate) text: String,
    /// What was sent to sign in, with a space between user and password.
    pub(crate) sign_in: Option<String>,
    /// The whole, as it came.
    pub(crate) raw: String,
}

/// The server; it ends with the test's runtime.
pub(crate) struct Smtp {
    port: u16,
    answer: watch::Sender<Behaviour>,
    mails: Arc<watch::Sender<Vec<Received>>>,
}

impl Smtp {
    /// A server on a free port of the loopback that takes all.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answer, behaviour) = watch::channel(Behaviour::Accept);
        let mails = Arc::new(watch::Sender::new(Vec::new()));
        let received = mails.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (behaviour, received) = (behaviour.borrow().clone(), received.clone());
                tokio::spawn(async move {
                    // Whether the visitor hangs up early is the visitor's business.
                    let _ = converse(socket, behaviour, &received).await;
                });
            }
        });
        Self { port, answer, mails }
    }

    /// Its address, without anybody who signs in.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How it takes mail in conversations that begin from now on.
    pub(crate) fn answer(&self, behaviour: Behaviour) {
        self.answer.send_replace(behaviour);
    }

    /// What came so far.
    pub(crate) async fn mails(&self) -> Vec<Received> {
        self.until(0).await
    }

    /// What came, once it is this many.
    pub(crate) async fn until(&self, count: usize) -> Vec<Received> {
        let mut mails = self.mails.subscribe();
        let enough = tokio::time::timeout(PATIENCE, mails.wait_for(|mails| mails.len() >= count)).await;
        enough.unwrap_or_else(|_| panic!("waited in vain for {count} mails")).unwrap().clone()
    }
}

async fn converse(
    socket: TcpStream,
    behaviour: Behaviour,
    received: &watch::Sender<Vec<Received>>,
) -> std::io::Result<()> {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    if matches!(behaviour, Behaviour::NeverAnswer) {
        while lines.next_line().await?.is_some() {}
        return Ok(());
    }
    writer.write_all(b"220 mail.test at your service\r\n").await?;
    let (mut from, mut to, mut sign_in) = (String::new(), String::new(), None);
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let mut answer = match (&*verb, &behaviour) {
            ("EHLO", _) => "250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME".to_owned(),
            ("AUTH", Behaviour::AtSignIn(answer)) | ("RCPT", Behaviour::AtRecipient(answer)) => answer.clone(),
            ("AUTH", _) => {
                sign_in = line.rsplit(' ').next().map(signed_in);
                "235 Welcome".into()
            }
            ("MAIL", _) => {
                from = in_brackets(&line);
                "250 Fine".into()
            }
            ("RCPT", _) => {
                to = in_brackets(&line);
                "250 Fine".into()
            }
            ("DATA", _) => "354 Go ahead".into(),
            ("QUIT", _) => "221 Bye".into(),
            _ => "502 What?".into(),
        };
        answer.push_str("\r\n");
        writer.write_all(answer.as_bytes()).await?;
        match &*verb {
            "QUIT" => break,
            "DATA" => {
                let mut raw = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    raw.push('\n');
                }
                let answer = match &behaviour {
                    Behaviour::AtContent(answer) => format!("{answer}\r\n"),
                    _ => "250 Taken\r\n".into(),
                };
                let is_refused = !answer.starts_with('2');
                if !is_refused {
                    let mail = read(raw, from.clone(), to.clone(), sign_in.clone());
                    received.send_modify(|mails| mails.push(mail));
                }
                match behaviour {
                    Behaviour::HangUpAfterContent => break,
                    Behaviour::SilentAfterContent => while lines.next_line().await?.is_some() {},
                    _ => writer.write_all(answer.as_bytes()).await?,
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn in_brackets(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

/// `AUTH PLAIN`: nobody, user and password, with zeros between, in base64.
fn signed_in(base64: &str) -> String {
    let plain = STANDARD.decode(base64).unwrap_or_default();
    String::from_utf8_lossy(&plain).trim_start_matches('\0').replace('\0', " ")
}

fn read(raw: String, from: String, to: String, sign_in: Option<String>) -> Received {
    let (head, body) = raw.split_once("\n\n").unwrap_or((&raw, ""));
    let head = head.replace("\n ", " ");
    let headers: BTreeMap<String, &str> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    let subject = decode_words(headers.get("subject").copied().unwrap_or_default());
    let text = match headers.get("content-transfer-encoding").copied().unwrap_or_default() {
        "base64" => STANDARD.decode(body.replace('\n', "")).unwrap(),
        "quoted-printable" => unquote(&body.replace("=\n", "")),
        _ => body.as_bytes().to_vec(),
    };
    // The line break before the final dot belongs to the protocol.
    let text = String::from_utf8(text).unwrap().replace("\r\n", "\n").trim_end().to_owned();
    Received { to, from, subject, text, sign_in, raw }
}

/// `=?utf-8?b?…?=`, as encoded words come from the mailer; space between two of them does not count.
fn decode_words(value: &str) -> String {
    let mut plain = String::new();
    for part in value.replace("?= =?", "?==?").split("=?utf-8?b?") {
        let (word, rest) = part.split_once("?=").unwrap_or(("", part));
        plain.push_str(&String::from_utf8(STANDARD.decode(word).unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain
}

fn unquote(text: &str) -> Vec<u8> {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}
