//! Echo and reverberation.

/// A line of samples that come out later.
#[derive(Debug, Clone)]
pub struct Delay {
    line: Vec<f32>,
    at: usize,
}

impl Delay {
    pub fn new(frames: usize) -> Self {
        Self { line: vec![0.0; frames.max(1)], at: 0 }
    }

    pub fn read(&self) -> f32 {
        self.line.get(self.at).copied().unwrap_or_default()
    }

    pub fn write(&mut self, sample: f32) {
        if let Some(place) = self.line.get_mut(self.at) {
            *place = sample;
        }
        self.at = (self.at + 1) % self.line.len();
    }
}

/// A room's sound: combs side by side, then all-passes. After Schroeder, *Natural sounding
/// artificial reverberation*, 1962; the lengths are primes of our own.
#[derive(Debug, Clone)]
pub struct Hall {
    combs: [(Delay, f32); 4],
    passes: [Delay; 2],
}

impl Hall {
    pub fn new(spread: usize) -> Self {
        let comb = |frames: usize| (Delay::new(frames + spread), 0.0);
        Self {
            combs: [comb(1559), comb(1693), comb(1811), comb(1951)],
            passes: [Delay::new(547 + spread), Delay::new(223 + spread)],
        }
    }

    pub fn sample(&mut self, dry: f32) -> f32 {
        let mut sum = 0.0;
        for (comb, damped) in &mut self.combs {
            let late = comb.read();
            *damped += (late - *damped) * 0.55;
            comb.write(dry * 0.25 + *damped * 0.82);
            sum += late;
        }
        self.passes.iter_mut().fold(sum, |sample, pass| {
            let late = pass.read();
            let into = sample + late * 0.6;
            pass.write(into);
            late - into * 0.6
        })
    }
}
