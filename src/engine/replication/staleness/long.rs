//! Up to a million trials in one go: the same trials by the same numbers, counted and not told.

use super::{Sample, Settings, Trial};

#[derive(Clone, Debug)]
pub struct Long {
    pub settings: Settings,
    pub trials: u64,
    pub sample: Sample,
}

impl Long {
    pub fn new(settings: Settings, trials: u64) -> Long {
        Long { settings, trials, sample: Sample::new(&settings) }
    }

    /// Counts about so many; whether there are more. A trial with many messages counts as several with few.
    pub fn advance(&mut self, trials: u64) -> bool {
        const USUAL: u64 = 12;
        let slice = (trials * USUAL / self.settings.draws()).max(1);
        let end = (self.sample.trials + slice).min(self.trials);
        let ways = self.settings.ways();
        for number in self.sample.trials + 1..=end {
            self.sample.count(&Trial::draw(&self.settings, &ways, number));
        }
        end < self.trials
    }
}
