//! Supervision of work that may hang or panic: camera drivers, GPU drivers, detectors.
//!
//! Such work runs on a thread of its own, and whoever needs its result waits with a deadline. A
//! call that hangs cannot be stopped from outside: its thread is left behind and ends when the call
//! returns. A panic is caught on the thread and becomes an error; the process's panic hook is left
//! alone, so it still prints where the panic was.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use web_time::Instant;

/// A thread that answers requests, one after the other, in the order in which they were asked.
///
/// Dropping it never blocks. The thread ends as soon as its present call returns; the answer to
/// that call goes nowhere.
///
/// ```
/// use emotion_core::supervise::Worker;
/// use std::time::Duration;
///
/// let mut worker = Worker::start("square", || |number: u32| number * number)?;
/// worker.ask(7)?;
/// assert_eq!(worker.wait(Duration::from_secs(5))?, 49);
/// # Ok::<(), emotion_core::supervise::WorkerFailure>(())
/// ```
#[derive(Debug)]
pub struct Worker<Q, A> {
    /// `None` once a failure was reported: a late answer must not be taken for that to a later
    /// request.
    link: Option<Link<Q, A>>,
    busy: Busy,
    thread: JoinHandle<()>,
}

/// The owner's ends of the channels.
#[derive(Debug)]
struct Link<Q, A> {
    requests: Sender<Q>,
    /// In a mutex only so that a [`Worker`] may be shared; its owner never locks it.
    answers: Mutex<Receiver<Answer<A>>>,
}

/// What the thread sends: an answer, or the message of the panic that ended it.
type Answer<A> = Result<A, String>;

impl<Q: Send + 'static, A: Send + 'static> Worker<Q, A> {
    /// Starts the thread. `make` runs on it, so that what it makes need not be `Send`.
    ///
    /// # Errors
    /// [`WorkerFailure::Thread`] when the system gives no thread.
    pub fn start<W: FnMut(Q) -> A>(
        name: &str,
        make: impl FnOnce() -> W + Send + 'static,
    ) -> Result<Self, WorkerFailure> {
        let (requests, incoming) = channel();
        let (outgoing, answers) = channel();
        let busy = Busy::default();
        let watched = busy.clone();
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || serve(make, &incoming, &outgoing, &watched))
            .map_err(|error| WorkerFailure::Thread(error.to_string()))?;
        Ok(Self { link: Some(Link { requests, answers: Mutex::new(answers) }), busy, thread })
    }

    /// Hands over a request. Never waits.
    ///
    /// # Errors
    /// [`WorkerFailure::Gone`] when the thread has ended; [`Self::poll`] says why, if it has not
    /// yet.
    pub fn ask(&mut self, request: Q) -> Result<(), WorkerFailure> {
        let link = self.link.as_ref().ok_or(WorkerFailure::Gone)?;
        link.requests.send(request).map_err(|_| WorkerFailure::Gone)
    }

    /// The next answer, if it has come. Never waits.
    ///
    /// # Errors
    /// [`WorkerFailure::Panicked`] once when the work panicked, [`WorkerFailure::Gone`] after any
    /// failure.
    pub fn poll(&mut self) -> Result<Option<A>, WorkerFailure> {
        let answer = self.answers()?.try_recv();
        match answer {
            Ok(answer) => self.accept(answer).map(Some),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(self.give_up(WorkerFailure::Gone)),
        }
    }

    /// Waits for the next answer, for at most `deadline` from now.
    ///
    /// # Errors
    /// [`WorkerFailure::Hung`] when the deadline passed, which gives the worker up: an answer that
    /// comes later is thrown away. Otherwise as [`Self::poll`].
    pub fn wait(&mut self, deadline: Duration) -> Result<A, WorkerFailure> {
        let answer = self.answers()?.recv_timeout(deadline);
        match answer {
            Ok(answer) => self.accept(answer),
            Err(RecvTimeoutError::Timeout) => Err(self.give_up(WorkerFailure::Hung(deadline))),
            Err(RecvTimeoutError::Disconnected) => Err(self.give_up(WorkerFailure::Gone)),
        }
    }

    /// For how long the thread has been working on its present call, if it is; making the work
    /// counts as a call.
    pub fn busy_for(&self) -> Option<Duration> {
        self.busy.time()
    }

    /// Whether the thread has ended, as it does after a panic.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Asks the thread to end, for callers that want to know when it has.
    pub fn dismiss(self) -> Dismissed {
        Dismissed::new(self.thread)
    }

    fn answers(&mut self) -> Result<&mut Receiver<Answer<A>>, WorkerFailure> {
        let link = self.link.as_mut().ok_or(WorkerFailure::Gone)?;
        Ok(link.answers.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    fn accept(&mut self, answer: Answer<A>) -> Result<A, WorkerFailure> {
        answer.map_err(|message| self.give_up(WorkerFailure::Panicked(message)))
    }

    fn give_up(&mut self, failure: WorkerFailure) -> WorkerFailure {
        self.link = None;
        failure
    }
}

/// The thread's side of a [`Worker`]. A panic ends it: what panicked may be in any state.
fn serve<Q, A, W: FnMut(Q) -> A>(
    make: impl FnOnce() -> W,
    requests: &Receiver<Q>,
    answers: &Sender<Answer<A>>,
    busy: &Busy,
) {
    let mut work = match busy.during(|| catch_panic(make)) {
        Ok(work) => work,
        Err(message) => {
            // Nobody listens when the owner has left in the meantime; the same below.
            let _ = answers.send(Err(message));
            return;
        }
    };
    while let Ok(request) = requests.recv() {
        let answer = busy.during(|| catch_panic(|| work(request)));
        let panicked = answer.is_err();
        if answers.send(answer).is_err() || panicked {
            break;
        }
    }
    // What panicked once may panic again when it is dropped.
    let _ = catch_panic(move || drop(work));
}

/// Why a [`Worker`] gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkerFailure {
    /// The deadline passed.
    #[error("no answer came within {} s; the thread is left behind, start another", .0.as_secs_f32())]
    Hung(Duration),
    /// The work panicked.
    #[error("the work panicked: {0}; start it again, and report the panic if it comes back")]
    Panicked(String),
    /// The thread has ended or was given up earlier.
    #[error("the thread has ended; start another")]
    Gone,
    /// The system gives no thread.
    #[error("no thread can be started: {0}; close other programs")]
    Thread(String),
}

/// A thread that was asked to end, and does so when its present call returns.
#[derive(Debug)]
pub struct Dismissed {
    thread: JoinHandle<()>,
}

impl Dismissed {
    /// The thread must have been told to end already.
    pub fn new(thread: JoinHandle<()>) -> Self {
        Self { thread }
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }
}

/// Since when a thread has been working on a call; its clones look at the same thread.
#[derive(Debug, Clone, Default)]
pub struct Busy(Arc<Mutex<Option<Instant>>>);

impl Busy {
    /// Makes a call, and counts as busy until it returns.
    pub fn during<T>(&self, call: impl FnOnce() -> T) -> T {
        self.set(Some(Instant::now()));
        let result = call();
        self.set(None);
        result
    }

    /// How long the present call has taken so far; `None` between calls.
    pub fn time(&self) -> Option<Duration> {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.map(|since| since.elapsed())
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// Pauses between tries: they double from failure to failure, up to the longest.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    /// No failures so far.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// Counts a failure; how long to wait before the next try.
    pub fn failed(&mut self) -> Duration {
        let factor = 2_u32.saturating_pow(self.failures);
        self.failures = self.failures.saturating_add(1);
        self.first.saturating_mul(factor).min(self.longest)
    }

    /// It worked: the next pause is the first again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

/// How long calls may take, one inside the other: a call to the GPU is part of an analysis, which
/// is part of what a session does.
///
/// The inner deadline passes first. A GPU that hangs is therefore an error of the classifier, after
/// which the analyzer goes on with the CPU; the deadline of the analysis passes only where the GPU
/// is not the cause, and costs the analyzer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    gpu_call: Duration,
    analysis: Duration,
}

impl Deadlines {
    /// The shortest analysis: nothing shorter has room for a call inside it.
    const SHORTEST: Duration = Duration::from_millis(1);

    /// The deadline of an analysis (at least 1 ms), and two fifths of it for a call to the GPU.
    ///
    /// The rest is for finding the faces before that call.
    pub fn nested(analysis: Duration) -> Self {
        let analysis = analysis.max(Self::SHORTEST);
        Self { gpu_call: analysis / 5 * 2, analysis }
    }

    /// For one call to the GPU: the faces of one frame. Always less than [`Self::analysis`].
    pub fn gpu_call(&self) -> Duration {
        self.gpu_call
    }

    /// For the analysis of one frame.
    pub fn analysis(&self) -> Duration {
        self.analysis
    }
}

impl Default for Deadlines {
    /// 10 s for an analysis, of which 4 s for the GPU.
    fn default() -> Self {
        Self::nested(Duration::from_secs(10))
    }
}

/// Makes a call; a panic in it comes back as its message.
///
/// # Errors
/// The panic's message. What the call changed may then be in any state, and should be dropped.
pub fn catch_panic<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| panic_message(panic.as_ref()))
}

/// What a panic says.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);
    const SHORT: Duration = Duration::from_millis(30);

    fn wait_until(what: &str, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < LONG, "{what} did not happen");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// A worker whose calls hang until something is sent (or the sender dropped).
    fn hanging() -> (Worker<u32, u32>, Sender<()>) {
        let (release, released) = channel::<()>();
        let work = move |number| {
            let _ = released.recv();
            number
        };
        (Worker::start("hanging", move || work).expect("a thread"), release)
    }

    #[test]
    fn a_worker_answers_in_order_with_state_that_cannot_be_sent() {
        let mut worker = Worker::start("sum", || {
            let mut sum = Rc::new(0);
            move |number: u32| {
                sum = Rc::new(*sum + number);
                *sum
            }
        })
        .expect("a thread");
        for number in 1..=3 {
            worker.ask(number).expect("a living thread");
        }
        assert_eq!([1, 3, 6].map(|_| worker.wait(LONG).expect("a sum")), [1, 3, 6]);
        assert_eq!(worker.poll(), Ok(None));
        worker.ask(4).expect("a living thread");
        let start = Instant::now();
        let sum = loop {
            if let Some(sum) = worker.poll().expect("a living thread") {
                break sum;
            }
            assert!(start.elapsed() < LONG);
            thread::sleep(Duration::from_millis(1));
        };
        assert_eq!(sum, 10);
    }

    #[test]
    fn a_worker_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Worker<u32, u32>>();
    }

    #[test]
    fn a_hang_ends_at_the_deadline_and_the_late_answer_goes_nowhere() {
        let (mut worker, release) = hanging();
        assert_eq!(worker.busy_for(), None);
        worker.ask(1).expect("a living thread");
        wait_until("the call", || worker.busy_for() > Some(SHORT));
        let start = Instant::now();
        assert_eq!(worker.wait(SHORT), Err(WorkerFailure::Hung(SHORT)));
        assert!(start.elapsed() >= SHORT);

        release.send(()).expect("the call hangs");
        wait_until("the end of the thread", || worker.is_finished());
        assert_eq!(worker.busy_for(), None);
        assert_eq!(worker.poll(), Err(WorkerFailure::Gone));
        assert_eq!(worker.ask(2), Err(WorkerFailure::Gone));
        assert_eq!(worker.wait(LONG), Err(WorkerFailure::Gone));
    }

    #[test]
    fn leaving_a_hanging_worker_takes_no_time_and_its_thread_ends_when_the_call_returns() {
        let (mut worker, release) = hanging();
        worker.ask(1).expect("a living thread");
        worker.ask(2).expect("a living thread");
        wait_until("the call", || worker.busy_for().is_some());
        let dismissed = worker.dismiss();
        thread::sleep(SHORT);
        assert!(!dismissed.is_finished());
        // Once is enough: the second request is not begun.
        release.send(()).expect("the call hangs");
        wait_until("the end of the thread", || dismissed.is_finished());

        let dropped = Arc::new(AtomicBool::new(false));
        struct SetOnDrop(Arc<AtomicBool>);
        impl Drop for SetOnDrop {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let (state, (release, released)) = (SetOnDrop(dropped.clone()), channel::<()>());
        let mut worker = Worker::start("hanging", move || {
            move |()| {
                let _ = (&state, released.recv());
            }
        })
        .expect("a thread");
        worker.ask(()).expect("a living thread");
        wait_until("the call", || worker.busy_for().is_some());
        let start = Instant::now();
        drop(worker);
        assert!(start.elapsed() < LONG / 2 && !dropped.load(Ordering::SeqCst));
        drop(release);
        wait_until("the end of the thread", || dropped.load(Ordering::SeqCst));
    }

    #[test]
    fn a_panic_is_told_once_with_its_message_and_ends_the_worker() {
        let refuse_zero = |number: u32| if number == 0 { panic!("no {number}") } else { number };
        let mut worker = Worker::start("refuse", move || refuse_zero).expect("a thread");
        for number in [3, 0] {
            worker.ask(number).expect("a living thread");
        }
        assert_eq!(worker.wait(LONG), Ok(3));
        assert_eq!(worker.wait(LONG), Err(WorkerFailure::Panicked("no 0".to_owned())));
        assert_eq!(worker.wait(LONG), Err(WorkerFailure::Gone));
        wait_until("the end of the thread", || worker.is_finished());
        assert_eq!(worker.ask(3), Err(WorkerFailure::Gone));
    }

    #[test]
    fn a_panic_while_the_work_is_made_or_dropped_is_caught() {
        fn broken() -> fn(u32) -> u32 {
            panic!("no device")
        }
        let mut worker = Worker::start("broken", broken).expect("a thread");
        assert_eq!(worker.wait(LONG), Err(WorkerFailure::Panicked("no device".to_owned())));

        struct Brittle;
        impl Drop for Brittle {
            fn drop(&mut self) {
                panic!("it broke");
            }
        }
        let mut worker = Worker::start("brittle", || {
            let brittle = Brittle;
            move |number: u32| {
                let _ = &brittle;
                number
            }
        })
        .expect("a thread");
        worker.ask(1).expect("a living thread");
        assert_eq!(worker.wait(LONG), Ok(1));
        let dismissed = worker.dismiss();
        wait_until("the end of the thread", || dismissed.is_finished());
        assert!(dismissed.thread.join().is_ok(), "the panic was caught");
    }

    #[test]
    fn failures_say_what_happened_and_what_to_do() {
        for (failure, words) in [
            (WorkerFailure::Hung(Duration::from_secs(4)), ["within 4 s", "start another"]),
            (WorkerFailure::Panicked("boom".to_owned()), ["boom", "start it again"]),
            (WorkerFailure::Gone, ["has ended", "start another"]),
            (WorkerFailure::Thread("EAGAIN".to_owned()), ["EAGAIN", "close other programs"]),
        ] {
            let text = failure.to_string();
            assert!(words.iter().all(|word| text.contains(word)), "{text}");
        }
    }

    #[test]
    fn every_kind_of_panic_has_a_message() {
        assert_eq!(catch_panic(|| 5), Ok(5));
        assert_eq!(catch_panic(|| panic!("plain")), Err::<(), _>("plain".to_owned()));
        assert_eq!(catch_panic(|| panic!("{} made", "it")), Err::<(), _>("it made".to_owned()));
        let silent = catch_panic(|| std::panic::panic_any(7));
        assert_eq!(silent, Err::<(), _>("it panicked without a message".to_owned()));
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_start_small_again() {
        let seconds = Duration::from_secs_f32;
        let mut backoff = Backoff::new(seconds(0.5), seconds(8.0));
        let pauses: Vec<f32> = (0..7).map(|_| backoff.failed().as_secs_f32()).collect();
        assert_eq!(pauses, [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]);
        assert_eq!(backoff.failures(), 7);
        backoff.reset();
        assert_eq!((backoff.failures(), backoff.failed()), (0, seconds(0.5)));
        for _ in 0..100 {
            assert!(backoff.failed() <= seconds(8.0));
        }
    }

    #[test]
    fn deadlines_are_nested_whatever_the_outer_one_is() {
        let default = Deadlines::default();
        assert_eq!(default.gpu_call(), Duration::from_secs(4));
        assert_eq!(default.analysis(), Duration::from_secs(10));
        for analysis in [Duration::ZERO, Duration::from_nanos(1), SHORT, LONG, Duration::MAX] {
            let deadlines = Deadlines::nested(analysis);
            assert!(Duration::ZERO < deadlines.gpu_call(), "{deadlines:?}");
            assert!(deadlines.gpu_call() < deadlines.analysis(), "{deadlines:?}");
            assert!(deadlines.analysis() >= analysis, "{deadlines:?}");
        }
    }

    #[test]
    fn a_hanging_gpu_is_noticed_before_the_analysis_around_it() {
        let deadlines = Deadlines::nested(Duration::from_secs(1));
        let (mut gpu, release) = hanging();
        let mut analysis = Worker::start("analysis", move || {
            move |frame| {
                gpu.ask(frame)?;
                gpu.wait(deadlines.gpu_call())
            }
        })
        .expect("a thread");
        analysis.ask(1).expect("a living thread");
        let outcome = analysis.wait(deadlines.analysis());
        assert_eq!(outcome, Ok(Err(WorkerFailure::Hung(deadlines.gpu_call()))));
        drop(release);
    }
}
