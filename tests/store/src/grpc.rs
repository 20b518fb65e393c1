//! Calls over HTTP/2: messages with their lengths before them, the status behind.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use h2::{RecvStream, SendStream, server::SendResponse};
use http::{HeaderMap, HeaderValue, Response};
use prost::Message;

/// The peer is gone; nobody is left to be told.
#[derive(Debug)]
pub(crate) struct Gone;

impl From<h2::Error> for Gone {
    fn from(_: h2::Error) -> Self {
        Self
    }
}

/// Status codes of the protocol.
pub(crate) const INVALID_ARGUMENT: i32 = 3;
pub(crate) const NOT_FOUND: i32 = 5;
pub(crate) const UNIMPLEMENTED: i32 = 12;
pub(crate) const UNAVAILABLE: i32 = 14;

/// Everything the caller sends.
pub(crate) async fn requests<M: Message + Default>(mut body: RecvStream) -> Result<Vec<M>, Gone> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    let mut bytes = bytes.freeze();
    let mut messages = Vec::new();
    while bytes.len() >= 5 {
        bytes.advance(1);
        let length = usize::try_from(bytes.get_u32()).map_err(|_| Gone)?;
        if bytes.len() < length {
            return Err(Gone);
        }
        messages.push(M::decode(bytes.split_to(length)).map_err(|_| Gone)?);
    }
    Ok(messages)
}

fn head() -> Response<()> {
    let mut head = Response::new(());
    head.headers_mut()
        .insert("content-type", HeaderValue::from_static("application/grpc"));
    head
}

/// A stream of answers.
pub(crate) struct Answers(SendStream<Bytes>);

impl Answers {
    pub(crate) fn begin(mut respond: SendResponse<Bytes>) -> Result<Self, Gone> {
        Ok(Self(respond.send_response(head(), false)?))
    }

    pub(crate) fn send(&mut self, message: &impl Message) -> Result<(), Gone> {
        let mut bytes = BytesMut::new();
        bytes.put_u8(0);
        bytes.put_u32(u32::try_from(message.encoded_len()).map_err(|_| Gone)?);
        message.encode(&mut bytes).map_err(|_| Gone)?;
        Ok(self.0.send_data(bytes.freeze(), false)?)
    }

    /// All went well.
    pub(crate) fn end(mut self) -> Result<(), Gone> {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        Ok(self.0.send_trailers(trailers)?)
    }
}

/// One answer.
pub(crate) fn answer(respond: SendResponse<Bytes>, message: &impl Message) -> Result<(), Gone> {
    let mut answers = Answers::begin(respond)?;
    answers.send(message)?;
    answers.end()
}

/// No answer, and why.
pub(crate) fn refuse(
    mut respond: SendResponse<Bytes>,
    status: i32,
    what: &str,
    details: &[(&'static str, String)],
) -> Result<(), Gone> {
    let mut head = head();
    let headers = head.headers_mut();
    headers.insert("grpc-status", HeaderValue::from(status));
    headers.insert(
        "grpc-message",
        HeaderValue::from_str(what).map_err(|_| Gone)?,
    );
    for (name, value) in details {
        headers.insert(*name, HeaderValue::from_str(value).map_err(|_| Gone)?);
    }
    respond.send_response(head, true)?;
    Ok(())
}
