//! One node: it listens, answers, and can be cut off.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use h2::{RecvStream, server::SendResponse};
use http::Request;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Runtime,
    sync::watch,
    task::JoinHandle,
};
use uuid::Uuid;

use crate::{
    Fault, Shared,
    grpc::{self, Answers, Gone},
    memory::{Expected, Memory, Proposed, Stored},
    messages::{
        AllOptions, AppendContent, AppendReq, AppendResp, AppendResult, AppendSuccess, ClusterInfo,
        Confirmation, Empty, EndPoint, ExpectedRevision, Id, IdValue, Member, Position,
        ReadContent, ReadEvent, ReadOptions, ReadReq, ReadResp, RecordedEvent, StreamIdentifier,
        StreamNotFound, StreamOptions, SupportedMethod, SupportedMethods, WrongExpectedVersion,
    },
};

pub(crate) struct Node {
    shared: Arc<Shared>,
    number: usize,
    address: SocketAddr,
    /// Grows when all connections are cut.
    cuts: Arc<watch::Sender<u64>>,
    listening: Mutex<Option<JoinHandle<()>>>,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Node {
    pub(crate) fn start(shared: Arc<Shared>, number: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let node = Self {
            shared,
            number,
            address: listener.local_addr().unwrap(),
            cuts: Arc::new(watch::Sender::new(0)),
            listening: Mutex::default(),
            runtime: Some(runtime),
        };
        node.listen(listener);
        node
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    fn listen(&self, listener: StdListener) {
        let (shared, number, cuts) = (
            Arc::clone(&self.shared),
            self.number,
            Arc::clone(&self.cuts),
        );
        let listening = self.runtime().spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((socket, _)) = listener.accept().await {
                let peer = Peer {
                    shared: Arc::clone(&shared),
                    number,
                    cut: Arc::new(watch::Sender::new(false)),
                };
                tokio::spawn(serve(peer, socket, cuts.subscribe()));
            }
        });
        *self.listening.lock().unwrap() = Some(listening);
    }

    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub(crate) fn down(&self) {
        if let Some(listening) = self.listening.lock().unwrap().take() {
            listening.abort();
            // Not before the port is free.
            let _ = self.runtime().block_on(listening);
        }
        self.cut();
    }

    pub(crate) fn up(&self) {
        let listener = self.runtime().block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            socket.bind(self.address).unwrap();
            socket.listen(64).unwrap().into_std().unwrap()
        });
        self.listen(listener);
    }
}

/// A connection.
#[derive(Clone)]
struct Peer {
    shared: Arc<Shared>,
    number: usize,
    /// Cuts this connection alone.
    cut: Arc<watch::Sender<bool>>,
}

/// A socket that acknowledges at once what it gets. The client waits for that before it goes on, and a kernel takes its
/// time unless it is asked again after every read.
struct Prompt(TcpStream);

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Slower without, and no more.
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.0, true);
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

async fn serve(peer: Peer, socket: TcpStream, mut cuts: watch::Receiver<u64>) {
    let mut cut = peer.cut.subscribe();
    let talk = async {
        let _ = socket.set_nodelay(true);
        let mut connection = h2::server::Builder::new()
            .initial_window_size(1 << 24)
            .initial_connection_window_size(1 << 24)
            .handshake(Prompt(socket))
            .await?;
        while let Some(call) = connection.accept().await {
            let (request, respond) = call?;
            let peer = peer.clone();
            tokio::spawn(async move {
                // A peer that is gone needs no answer.
                let _ = peer.call(request, respond).await;
            });
        }
        Ok::<(), h2::Error>(())
    };
    tokio::select! {
        _ = talk => {}
        _ = cuts.changed() => {}
        _ = cut.wait_for(|cut| *cut) => {}
    }
}

impl Peer {
    async fn call(
        self,
        request: Request<RecvStream>,
        respond: SendResponse<Bytes>,
    ) -> Result<(), Gone> {
        let (head, body) = request.into_parts();
        let wants_leader = head.headers.get("requires-leader").is_some();
        match head.uri.path() {
            "/event_store.client.server_features.ServerFeatures/GetSupportedMethods" => {
                grpc::answer(respond, &supported())
            }
            "/event_store.client.gossip.Gossip/Read" => grpc::answer(respond, &self.members()),
            _ if wants_leader && *self.shared.leader.lock().unwrap() != self.number => {
                self.point_to_leader(respond)
            }
            "/event_store.client.streams.Streams/Append" => {
                self.append(grpc::requests(body).await?, respond).await
            }
            "/event_store.client.streams.Streams/Read" => {
                let requests: Vec<ReadReq> = grpc::requests(body).await?;
                let options = requests.into_iter().next().and_then(|read| read.options);
                self.read(options.ok_or(Gone)?, respond).await
            }
            other => grpc::refuse(respond, grpc::UNIMPLEMENTED, other, &[]),
        }
    }

    fn point_to_leader(&self, respond: SendResponse<Bytes>) -> Result<(), Gone> {
        let leader = *self.shared.leader.lock().unwrap();
        let (address, _) = self.shared.addresses.lock().unwrap()[leader];
        let details = [
            ("exception", "not-leader".to_owned()),
            ("leader-endpoint-host", address.ip().to_string()),
            ("leader-endpoint-port", address.port().to_string()),
        ];
        grpc::refuse(respond, grpc::NOT_FOUND, "Leader info available", &details)
    }

    fn members(&self) -> ClusterInfo {
        let leader = *self.shared.leader.lock().unwrap();
        let members = self.shared.addresses.lock().unwrap();
        let members = members.iter().enumerate();
        ClusterInfo {
            members: members
                .map(|(number, (address, is_alive))| Member {
                    instance: Some(id(Uuid::from_u128(number as u128 + 1))),
                    time_stamp: 0,
                    state: if number == leader { 8 } else { 6 },
                    is_alive: *is_alive,
                    end_point: Some(EndPoint {
                        address: address.ip().to_string(),
                        port: u32::from(address.port()),
                    }),
                })
                .collect(),
        }
    }

    fn cut(&self) {
        self.cut.send_replace(true);
    }

    async fn append(
        &self,
        requests: Vec<AppendReq>,
        respond: SendResponse<Bytes>,
    ) -> Result<(), Gone> {
        let mut stream = String::new();
        let mut expected = Expected::Any;
        let mut proposed = Vec::new();
        for request in requests {
            match request.content.ok_or(Gone)? {
                AppendContent::Options(options) => {
                    stream = name(options.stream)?;
                    expected = match options.expected.ok_or(Gone)? {
                        ExpectedRevision::Revision(revision) => Expected::Exact(revision),
                        ExpectedRevision::NoStream(_) => Expected::NoStream,
                        ExpectedRevision::Any(_) => Expected::Any,
                        ExpectedRevision::StreamExists(_) => Expected::StreamExists,
                    };
                }
                AppendContent::Proposed(message) => proposed.push((
                    uuid(message.id)?,
                    message.metadata,
                    message.custom_metadata,
                    message.data,
                )),
            }
        }
        let events = || {
            let copies = proposed.iter().cloned();
            copies
                .map(|(id, metadata, custom_metadata, data)| Proposed {
                    id,
                    metadata,
                    custom_metadata,
                    data,
                })
                .collect::<Vec<_>>()
        };
        match self.fault_of(&stream) {
            Some(Fault::CutBefore | Fault::CutBeforeClaim) => {
                self.cut();
                return Err(Gone);
            }
            Some(Fault::CutAfter | Fault::CutAfterClaim) => {
                let _ = self.write(&stream, expected, events());
                self.cut();
                return Err(Gone);
            }
            Some(Fault::CutAndLate(late)) => {
                self.cut();
                tokio::time::sleep(late).await;
                let _ = self.write(&stream, expected, events());
                return Err(Gone);
            }
            Some(Fault::SlowAnswer(late)) => {
                let written = self.write(&stream, expected, events());
                tokio::time::sleep(late).await;
                return grpc::answer(respond, &appended(expected, written));
            }
            Some(Fault::Twice) => {
                let _ = self.write(&stream, expected, events());
            }
            Some(Fault::Unavailable) => {
                return grpc::refuse(respond, grpc::UNAVAILABLE, "not now", &[]);
            }
            Some(Fault::Malformed) => {
                return grpc::refuse(respond, grpc::INVALID_ARGUMENT, "too large", &[]);
            }
            _ => {}
        }
        let written = self.write(&stream, expected, events());
        grpc::answer(respond, &appended(expected, written))
    }

    fn fault_of(&self, stream: &str) -> Option<Fault> {
        let is_claim = stream.contains('#');
        let is_of_log = stream.contains(':');
        self.shared.fault(|fault| match fault {
            Fault::CutRead | Fault::DoubledRead => false,
            Fault::CutBeforeClaim | Fault::CutAfterClaim => is_claim,
            _ => is_of_log,
        })
    }

    fn write(
        &self,
        stream: &str,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<(u64, u64), Option<u64>> {
        let written = self.shared.memory().append(stream, expected, events);
        if written.is_ok() {
            self.shared.appended.send_modify(|count| *count += 1);
        }
        written
    }

    async fn read(&self, options: ReadOptions, respond: SendResponse<Bytes>) -> Result<(), Gone> {
        if options.subscription.is_some() {
            return self.subscribe(&options, respond).await;
        }
        let answers = {
            let memory = self.shared.memory();
            if let Some(stream) = &options.stream {
                stream_answers(&memory, stream, &options)?
            } else {
                let all = options.all.as_ref().ok_or(Gone)?;
                all_answers(&memory, all, &options)
            }
        };
        let half = answers.len() / 2;
        let is_cut = half > 0 && self.shared.fault(|fault| fault == Fault::CutRead).is_some();
        let is_doubled = options.all.is_some()
            && self
                .shared
                .fault(|fault| fault == Fault::DoubledRead)
                .is_some();
        let mut out = Answers::begin(respond)?;
        for (number, answer) in answers.iter().enumerate() {
            if is_cut && number == half {
                // So that the first half is on its way.
                tokio::time::sleep(Duration::from_millis(20)).await;
                self.cut();
                return Err(Gone);
            }
            out.send(answer)?;
            if is_doubled {
                out.send(answer)?;
            }
        }
        out.end()
    }

    async fn subscribe(
        &self,
        options: &ReadOptions,
        respond: SendResponse<Bytes>,
    ) -> Result<(), Gone> {
        let all = options.all.as_ref().ok_or(Gone)?;
        let prefixes = options
            .filter
            .as_ref()
            .and_then(|filter| filter.stream.as_ref());
        let passes = |event: &Stored| {
            prefixes.is_none_or(|wanted| {
                wanted
                    .prefixes
                    .iter()
                    .any(|prefix| event.stream.starts_with(prefix))
            })
        };
        let mut appended = self.shared.appended.subscribe();
        let mut ended = self.shared.subscriptions_ended.subscribe();
        let mut next = {
            let memory = self.shared.memory();
            match &all.position {
                Some(after) => memory
                    .events
                    .partition_point(|event| event.position <= after.commit),
                None if all.end.is_some() => memory.events.len(),
                None => 0,
            }
        };
        let mut out = Answers::begin(respond)?;
        let confirmation = Confirmation {
            id: Uuid::new_v4().to_string(),
        };
        out.send(&content(ReadContent::Confirmation(confirmation)))?;
        self.shared.subscriptions.send_modify(|count| *count += 1);
        let mut is_live = false;
        loop {
            appended.borrow_and_update();
            let answers: Vec<_> = {
                let memory = self.shared.memory();
                let news = &memory.events[next..];
                next = memory.events.len();
                let checkpoint = |event: &Stored| {
                    content(ReadContent::Checkpoint(Position {
                        commit: event.position,
                        prepare: event.position,
                    }))
                };
                news.iter()
                    .map(|event| {
                        if passes(event) {
                            event_answer(event)
                        } else {
                            checkpoint(event)
                        }
                    })
                    .collect()
            };
            for answer in &answers {
                out.send(answer)?;
            }
            if !is_live {
                out.send(&content(ReadContent::CaughtUp(Empty {})))?;
                is_live = true;
            }
            tokio::select! {
                _ = appended.changed() => {}
                _ = ended.changed() => return out.end(),
            }
        }
    }
}

fn supported() -> SupportedMethods {
    SupportedMethods {
        methods: vec![SupportedMethod {
            method: "append".into(),
            service: "event_store.client.streams.streams".into(),
        }],
        version: "24.10.0".into(),
    }
}

fn appended(expected: Expected, written: Result<(u64, u64), Option<u64>>) -> AppendResp {
    let result = match written {
        Ok((revision, position)) => AppendResult::Success(AppendSuccess {
            current_revision: Some(revision),
            position: Some(Position {
                commit: position,
                prepare: position,
            }),
        }),
        Err(current) => AppendResult::Wrong(WrongExpectedVersion {
            current_revision: current,
            current_no_stream: current.is_none().then_some(Empty {}),
            expected_revision: match expected {
                Expected::Exact(revision) => Some(revision),
                _ => None,
            },
            expected_any: (expected == Expected::Any).then_some(Empty {}),
            expected_stream_exists: (expected == Expected::StreamExists).then_some(Empty {}),
            expected_no_stream: (expected == Expected::NoStream).then_some(Empty {}),
        }),
    };
    AppendResp {
        result: Some(result),
    }
}

fn limit(options: &ReadOptions) -> usize {
    let count = options.count.unwrap_or(u64::MAX);
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn stream_answers(
    memory: &Memory,
    stream: &StreamOptions,
    options: &ReadOptions,
) -> Result<Vec<ReadResp>, Gone> {
    let name = name(stream.stream.clone())?;
    if memory.last(&name).is_none() {
        let not_found = StreamNotFound {
            stream: stream.stream.clone(),
        };
        return Ok(vec![content(ReadContent::StreamNotFound(not_found))]);
    }
    let events = memory.stream(&name);
    let (from, limit) = (stream.revision, limit(options));
    Ok(if options.direction == 0 {
        events
            .filter(|event| from.is_none_or(|from| event.revision >= from))
            .take(limit)
            .map(event_answer)
            .collect()
    } else {
        events
            .rev()
            .filter(|event| from.is_none_or(|from| event.revision <= from))
            .take(limit)
            .map(event_answer)
            .collect()
    })
}

fn all_answers(memory: &Memory, all: &AllOptions, options: &ReadOptions) -> Vec<ReadResp> {
    let (from, limit) = (
        all.position.as_ref().map(|from| from.commit),
        limit(options),
    );
    let events = memory.events.iter();
    if options.direction == 0 {
        events
            .filter(|event| from.is_none_or(|from| event.position >= from))
            .take(limit)
            .map(event_answer)
            .collect()
    } else {
        // Backwards the store begins before the place it is given.
        events
            .rev()
            .filter(|event| from.is_none_or(|from| event.position < from))
            .take(limit)
            .map(event_answer)
            .collect()
    }
}

fn content(content: ReadContent) -> ReadResp {
    ReadResp {
        content: Some(content),
    }
}

fn event_answer(event: &Stored) -> ReadResp {
    content(ReadContent::Event(ReadEvent {
        event: Some(RecordedEvent {
            id: Some(id(event.id)),
            stream: Some(StreamIdentifier {
                name: Bytes::from(event.stream.clone()),
            }),
            revision: event.revision,
            prepare: event.position,
            commit: event.position,
            metadata: event.metadata.clone(),
            custom_metadata: event.custom_metadata.clone(),
            data: event.data.clone(),
        }),
        commit: Some(event.position),
    }))
}

fn id(id: Uuid) -> Id {
    Id {
        value: Some(IdValue::Text(id.to_string())),
    }
}

fn uuid(id: Option<Id>) -> Result<Uuid, Gone> {
    match id.and_then(|id| id.value).ok_or(Gone)? {
        IdValue::Text(text) => text.parse().map_err(|_| Gone),
        IdValue::Structured(bits) => Ok(Uuid::from_u64_pair(
            bits.most.cast_unsigned(),
            bits.least.cast_unsigned(),
        )),
    }
}

fn name(stream: Option<StreamIdentifier>) -> Result<String, Gone> {
    let name = stream.ok_or(Gone)?.name;
    String::from_utf8(name.to_vec()).map_err(|_| Gone)
}
