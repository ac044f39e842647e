//! All gates and pacers of one page, each by its handle.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use revgate::Version;
use revgate::gate::{FetchId, Gate, Input, News, Output, Status};
use revgate::pacing::Pacer;

use crate::exchange::{Exchange, Refusal};
use crate::options::Given;
use crate::time::{deadline, duration, milliseconds};

/// What a call returns if there is an output to be polled, or one in [`Exchange::numbers`].
const OUTPUT: f64 = -1.0;

/// All gates and pacers of one page.
///
/// **What a call returns**: a number that is not negative is the answer; of an input, the time of
/// the next [`Tick`](Input::Tick), infinity for none. -1 says that there is an output; anything
/// less is a [`Refusal`], and nothing has changed.
#[derive(Debug, Default)]
pub struct Module {
    /// What crosses besides the parameters of a call.
    pub exchange: Exchange,
    machines: Vec<Option<Machine>>,
    /// The handles that are free again.
    vacant: Vec<u32>,
}

#[derive(Debug)]
enum Machine {
    Gate(Box<Polled>),
    Pacer(Box<Pacer>),
}

/// A gate, and what was taken from it to see whether there is anything.
#[derive(Debug)]
struct Polled {
    gate: Gate,
    next: Option<Output>,
}

type Answer = Result<f64, Refusal>;

impl Module {
    /// No gate yet.
    pub const fn new() -> Self {
        Self { exchange: Exchange::new(), machines: Vec::new(), vacant: Vec::new() }
    }

    /// Makes a gate with the options in the exchange, of which those are there whose bit is set;
    /// its handle.
    pub fn make_gate(&mut self, present: u32) -> f64 {
        let options = Given { exchange: &self.exchange, present }.gate();
        let machine = options
            .map(|options| Polled { gate: Gate::new(options), next: None })
            .map(|polled| Machine::Gate(Box::new(polled)));
        self.admit(machine)
    }

    /// Makes a pacer; its handle.
    pub fn make_pacer(&mut self, present: u32) -> f64 {
        let pacing = Given { exchange: &self.exchange, present }.pacing();
        let machine = pacing.map(|pacing| Machine::Pacer(Box::new(Pacer::new(pacing))));
        self.admit(machine)
    }

    /// Gives up a gate or a pacer.
    pub fn free(&mut self, handle: u32) -> f64 {
        let found = self.machines.get_mut(handle as usize).and_then(Option::take);
        if found.is_some() {
            self.vacant.push(handle);
        }
        self.answer(found.map(|_| 0.0).ok_or(Refusal::NoSuchGate))
    }

    /// Hands in one of the inputs that hold nothing.
    pub fn input(&mut self, handle: u32, now: f64, which: u32) -> f64 {
        let input = match which {
            0 => Input::Start,
            1 => Input::Subscribed,
            2 => Input::SubscribeFailed,
            3 => Input::SubscriptionEnded,
            4 => Input::Applied,
            5 => Input::ApplyFailed,
            6 => Input::Refresh,
            7 => Input::Hidden,
            8 => Input::Shown,
            9 => Input::Stop,
            _ => Input::Tick,
        };
        self.handle(handle, now, Ok(input))
    }

    /// [`Input::Announced`]: `news` is 0 for none, 1 for the state, 2 for a patch on the version of
    /// the second texts.
    pub fn announced(&mut self, handle: u32, now: f64, version: u32, news: u32, base: u32) -> f64 {
        let input = self.exchange.version(0, version).and_then(|version| {
            let news = match news {
                0 => News::Version,
                1 => News::State,
                _ => News::Patch { base: self.exchange.version(2, base)? },
            };
            Ok(Input::Announced { version, news })
        });
        self.handle(handle, now, input)
    }

    /// [`Input::Offered`].
    pub fn offered(&mut self, handle: u32, now: f64, version: u32) -> f64 {
        let input = self.exchange.version(0, version).map(|version| Input::Offered { version });
        self.handle(handle, now, input)
    }

    /// [`Input::Fetched`].
    pub fn fetched(&mut self, handle: u32, now: f64, id: f64, version: u32) -> f64 {
        let input = self.exchange.version(0, version);
        let input = input.map(|version| Input::Fetched { id: fetch_id(id), version });
        self.handle(handle, now, input)
    }

    /// [`Input::FetchFailed`].
    pub fn fetch_failed(&mut self, handle: u32, now: f64, id: f64) -> f64 {
        self.handle(handle, now, Ok(Input::FetchFailed { id: fetch_id(id) }))
    }

    /// Takes the next output: a deadline to wait for, or -1 and what it is in the exchange.
    pub fn poll(&mut self, handle: u32) -> f64 {
        let output = self
            .gate(handle)
            .map(|Polled { gate, next }| next.take().unwrap_or_else(|| gate.poll_output()));
        let answer = output.map(|output| match output {
            Output::Wait(at) => deadline(at),
            output => {
                self.exchange.put_output(output);
                OUTPUT
            }
        });
        self.answer(answer)
    }

    /// Puts a version of a gate into the exchange: 0 for the applied one, 1 the wanted, 2 the kept.
    /// Returns 1, or 0 if there is none.
    pub fn version(&mut self, handle: u32, which: u32) -> f64 {
        let version = self.gate(handle).map(|Polled { gate, .. }| match which {
            0 => gate.applied(),
            1 => gate.wanted(),
            _ => gate.kept(),
        });
        let answer = version.map(|version| match version {
            Some(version) => {
                self.exchange.put_version(0, version);
                1.0
            }
            None => 0.0,
        });
        self.answer(answer)
    }

    /// When the pacing of a gate lets through what it holds back.
    pub fn paced_until(&mut self, handle: u32) -> f64 {
        let answer = self.gate(handle).map(|Polled { gate, .. }| deadline(gate.paced_until()));
        self.answer(answer)
    }

    /// The ticket of the last refresh asked for.
    pub fn asked(&mut self, handle: u32) -> f64 {
        let answer = self.gate(handle).map(|Polled { gate, .. }| gate.asked().number() as f64);
        self.answer(answer)
    }

    /// 0 for loading, 1 live, 2 stopped; if it tries again, 2 and the number of the attempt.
    pub fn status(&mut self, handle: u32) -> f64 {
        let answer = self.gate(handle).map(|Polled { gate, .. }| match gate.status() {
            Status::Loading => 0.0,
            Status::Live => 1.0,
            Status::Stopped => 2.0,
            Status::Retrying { attempt } => 2.0 + f64::from(attempt),
        });
        self.answer(answer)
    }

    /// Does something with a pacer (0: an event, 1: delivered, 2: forget; else nothing), and
    /// returns its deadline.
    pub fn pace(&mut self, handle: u32, now: f64, which: u32) -> f64 {
        let answer = self.pacer(handle).and_then(|pacer| {
            let now = time(now)?;
            match which {
                0 => pacer.event(now),
                1 => pacer.delivered(now),
                2 => pacer.forget(),
                _ => {}
            }
            Ok(deadline(pacer.deadline()))
        });
        self.answer(answer)
    }

    /// How long to wait after so many failures in a row, with the backoff in the exchange.
    pub fn backoff(&mut self, present: u32, failures: u32) -> f64 {
        let backoff = Given { exchange: &self.exchange, present }.backoff();
        self.answer(backoff.map(|backoff| milliseconds(backoff.delay(failures))))
    }

    /// Compares two versions: 0 if the first is older, 1 if they are the same, 2 if it is newer.
    pub fn compare(&mut self, first: u32, second: u32) -> f64 {
        let versions = || Ok((self.exchange.version(0, first)?, self.exchange.version(2, second)?));
        let order = versions().map(|(first, second): (Version, Version)| first.cmp(&second));
        self.answer(order.map(|order| f64::from(order as i8 + 1)))
    }

    fn admit(&mut self, machine: Result<Machine, Refusal>) -> f64 {
        let answer = machine.map(|machine| {
            let handle = self.vacant.pop().unwrap_or_else(|| {
                self.machines.push(None);
                self.machines.len() as u32 - 1
            });
            self.machines[handle as usize] = Some(machine);
            f64::from(handle)
        });
        self.answer(answer)
    }

    fn handle(&mut self, handle: u32, now: f64, input: Result<Input, Refusal>) -> f64 {
        let answer = self.gate(handle).and_then(|Polled { gate, next }| {
            gate.handle(time(now)?, input?);
            if next.is_none() {
                match gate.poll_output() {
                    Output::Wait(at) => return Ok(deadline(at)),
                    output => *next = Some(output),
                }
            }
            Ok(OUTPUT)
        });
        self.answer(answer)
    }

    fn gate(&mut self, handle: u32) -> Result<&mut Polled, Refusal> {
        match self.machines.get_mut(handle as usize) {
            Some(Some(Machine::Gate(polled))) => Ok(polled),
            _ => Err(Refusal::NoSuchGate),
        }
    }

    fn pacer(&mut self, handle: u32) -> Result<&mut Pacer, Refusal> {
        match self.machines.get_mut(handle as usize) {
            Some(Some(Machine::Pacer(pacer))) => Ok(pacer),
            _ => Err(Refusal::NoSuchGate),
        }
    }

    fn answer(&mut self, answer: Answer) -> f64 {
        answer.unwrap_or_else(|refusal| self.exchange.put_refusal(refusal))
    }
}

fn time(now: f64) -> Result<Duration, Refusal> {
    duration(now).ok_or(Refusal::NoTime(0))
}

/// A number that is none of a fetch names none: the first is 1.
fn fetch_id(id: f64) -> FetchId {
    let number = id as u64;
    FetchId::new(if number as f64 == id { number } else { 0 })
}
