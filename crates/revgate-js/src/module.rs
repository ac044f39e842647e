//! All gates and pacers of one page, each by its handle.

use revgate::Time;
use revgate::gate::{FetchId, Gate, Input, News, Status};
use revgate::pacing::Pacer;

use crate::Table;
use crate::exchange::{Exchange, Refusal};
use crate::options;
use crate::time::{milliseconds, time, whole};

/// There is an output: of an input, to be polled; of a poll, in [`Exchange::numbers`].
const OUTPUT: f64 = -1.0;

/// All gates and pacers of one page.
///
/// **What a call returns**: a number that is not negative is the answer; of an input, the time of
/// the next [`Tick`](Input::Tick), infinity for none. -1 says that there is an output. Anything
/// less is a refusal, and nothing has changed: -2, there is no such gate; -3, a time is NaN or
/// negative; -4, a version is not canonical; from -10 on, options contradict each other.
#[derive(Debug)]
pub struct Module {
    /// What crosses besides the parameters of a call.
    pub exchange: Exchange,
    /// By handle. What was freed is none, and its handle is given again.
    machines: Table<Option<Machine>>,
    /// No handle below this one is free.
    vacant: usize,
    /// The last deadline that was told, and as what: in a burst it is the same again and again.
    told: (Time, f64),
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is no heap, and hardly a pacer")]
enum Machine {
    Gate(Gate),
    Pacer(Pacer),
}

type Answer = Result<f64, Refusal>;

impl Module {
    /// No gate yet.
    pub const fn new() -> Self {
        Self {
            exchange: Exchange::new(),
            machines: Table::new(),
            vacant: 0,
            told: (Time::NEVER, f64::INFINITY),
        }
    }

    /// Makes a gate with the options in the exchange; its handle.
    pub fn make_gate(&mut self, bits: u32) -> f64 {
        answer(
            options::read(&mut self.exchange, bits)
                .map(|options| self.admit(Machine::Gate(Gate::new(options)))),
        )
    }

    /// Makes a pacer with those of the options that are for one; its handle.
    pub fn make_pacer(&mut self, bits: u32) -> f64 {
        answer(
            options::read(&mut self.exchange, bits)
                .map(|options| self.admit(Machine::Pacer(Pacer::new(options.pacing().clone())))),
        )
    }

    /// Gives up a gate or a pacer.
    pub fn free(&mut self, handle: u32) {
        let handle = handle as usize;
        if let Some(machine) = self.machines.get_mut(handle) {
            *machine = None;
            self.vacant = self.vacant.min(handle);
        }
    }

    /// Hands in an input. `version` has the lengths of its text; `more` is the id of a fetch, or the
    /// lengths of the base of a patch.
    pub fn input(&mut self, handle: u32, now: f64, which: u32, version: u32, more: f64) -> f64 {
        answer(self.try_input(handle, now, which, version, more))
    }

    /// Takes the next output: a deadline to wait for, or -1 and what it is in the exchange.
    pub fn poll(&mut self, handle: u32) -> f64 {
        answer(self.try_poll(handle))
    }

    /// Looks at a gate: 0 for the version applied, 1 wanted, 2 kept, which are put into the
    /// exchange (1 if there is one, or 0); 3 for the time of what the pacing holds back; 4 for the
    /// last ticket; 5 for the status: 0 loading, 1 live, 2 stopped, and if it tries again, 2 and
    /// the number of the attempt; 6 for whether the version kept is the one given last.
    pub fn look(&mut self, handle: u32, which: u32) -> f64 {
        answer(self.try_look(handle, which))
    }

    /// Does something with a pacer (0: an event, 1: delivered, 2: forget; else nothing), and
    /// returns its deadline.
    pub fn pace(&mut self, handle: u32, now: f64, which: u32) -> f64 {
        answer(self.try_pace(handle, now, which))
    }

    /// How long to wait after so many failures in a row, with the backoff in the exchange.
    pub fn backoff(&mut self, bits: u32, failures: u32) -> f64 {
        let options = options::read(&mut self.exchange, bits);
        answer(options.map(|options| milliseconds(options.pauses().delay(failures))))
    }

    /// Compares two versions: 0 if the first is older, 1 if they are the same, 2 if it is newer.
    pub fn compare(&mut self, first: u32, second: u32) -> f64 {
        answer(self.try_compare(first, second))
    }

    fn admit(&mut self, machine: Machine) -> f64 {
        let mut handle = self.vacant;
        while let Some(Some(_)) = self.machines.get(handle) {
            handle += 1;
        }
        match self.machines.get_mut(handle) {
            Some(place) => *place = Some(machine),
            None => self.machines.push(Some(machine)),
        }
        self.vacant = handle + 1;
        handle as f64
    }

    fn try_input(&mut self, handle: u32, now: f64, which: u32, version: u32, more: f64) -> Answer {
        let now = moment(now)?;
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
            10 => Input::Tick,
            11 => Input::FetchFailed { id: fetch_id(more) },
            _ => {
                let version = self.exchange.version(0, version)?;
                match which {
                    12 => Input::Fetched { id: fetch_id(more), version },
                    13 => Input::Offered { version },
                    14 => Input::Announced { version, news: News::Version },
                    15 => Input::Announced { version, news: News::State },
                    _ => {
                        let base = self.exchange.version(2, more as u32)?;
                        Input::Announced { version, news: News::Patch { base } }
                    }
                }
            }
        };
        let gate = self.gate(handle)?;
        gate.handle(now, input);
        if !gate.is_drained() {
            return Ok(OUTPUT);
        }
        let at = gate.due();
        if self.told.0 != at {
            self.told = (at, milliseconds(at));
        }
        Ok(self.told.1)
    }

    fn try_poll(&mut self, handle: u32) -> Answer {
        let gate = self.gate(handle)?;
        let Some(output) = gate.next_output() else { return Ok(milliseconds(gate.due())) };
        self.exchange.put_output(output);
        Ok(OUTPUT)
    }

    fn try_look(&mut self, handle: u32, which: u32) -> Answer {
        let given = self.exchange.given;
        let gate = self.gate(handle)?;
        let version = match which {
            0 => gate.applied(),
            1 => gate.wanted(),
            2 => gate.kept(),
            3 => return Ok(milliseconds(gate.held_until())),
            4 => return Ok(gate.asked().number() as f64),
            5 => {
                return Ok(match gate.status() {
                    Status::Loading => 0.0,
                    Status::Live => 1.0,
                    Status::Stopped => 2.0,
                    Status::Retrying { attempt } => 2.0 + f64::from(attempt),
                });
            }
            _ => return Ok(f64::from(u8::from(gate.kept() == Some(given)))),
        };
        let Some(version) = version else { return Ok(0.0) };
        self.exchange.put_version(0, version);
        Ok(1.0)
    }

    fn try_pace(&mut self, handle: u32, now: f64, which: u32) -> Answer {
        let now = moment(now)?;
        let Some(Some(Machine::Pacer(pacer))) = self.machines.get_mut(handle as usize) else {
            return Err(Refusal::NO_SUCH_GATE);
        };
        match which {
            0 => pacer.event(now),
            1 => pacer.delivered(now),
            2 => pacer.forget(),
            _ => {}
        }
        Ok(milliseconds(pacer.due()))
    }

    fn try_compare(&mut self, first: u32, second: u32) -> Answer {
        let first = self.exchange.version(0, first)?;
        let second = self.exchange.version(2, second)?;
        Ok(f64::from(first.cmp(&second) as i8 + 1))
    }

    fn gate(&mut self, handle: u32) -> Result<&mut Gate, Refusal> {
        match self.machines.get_mut(handle as usize) {
            Some(Some(Machine::Gate(gate))) => Ok(gate),
            _ => Err(Refusal::NO_SUCH_GATE),
        }
    }
}

impl Default for Module {
    fn default() -> Self {
        Self::new()
    }
}

fn answer(answer: Answer) -> f64 {
    answer.unwrap_or_else(|Refusal(number)| number)
}

fn moment(now: f64) -> Result<Time, Refusal> {
    time(now).ok_or(Refusal::NO_TIME)
}

/// A number that is none of a fetch names none: the first is 1.
fn fetch_id(id: f64) -> FetchId {
    FetchId::new(whole(id).filter(|number| *number as f64 == id).unwrap_or_default())
}

#[cfg(test)]
mod tests;
