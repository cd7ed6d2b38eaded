//! Waking at a point in time, to some ten microseconds: the runtime's own timer is good for a
//! millisecond only, and its error would go straight into every latency.

#[cfg(any(test, not(target_os = "linux")))]
mod spin;
#[cfg(target_os = "linux")]
mod timer_fd;

#[cfg(not(target_os = "linux"))]
pub(super) use spin::Alarm;
#[cfg(target_os = "linux")]
pub(super) use timer_fd::Alarm;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    macro_rules! never_early {
        ($($name:ident: $alarm:ty),+) => {$(
            #[tokio::test(flavor = "current_thread")]
            async fn $name() {
                let alarm = <$alarm>::new().unwrap();
                let start = Instant::now();
                for micros in [0, 1, 300, 3000, 3001, 9000] {
                    let at = start + Duration::from_micros(micros);
                    alarm.until(at).await.unwrap();
                    assert!(Instant::now() >= at, "woke before {micros} µs");
                }
                alarm.until(start).await.unwrap();
            }
        )+};
    }

    #[cfg(target_os = "linux")]
    never_early!(timer_fd: super::timer_fd::Alarm);
    never_early!(spin: super::spin::Alarm);
}
