package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.linux.cgroup.Pressure.Stall;
import org.junit.jupiter.api.Test;

class PressureTest {
    @Test
    void reads_both_lines_and_turns_microseconds_into_nanoseconds() {
        assertThat(Pressure.parse("""
                        some avg10=40.12 avg60=24.09 avg300=8.90 total=2358505645
                        full avg10=0.00 avg60=0.18 avg300=0.09 total=30489802
                        """))
                .contains(new Pressure(
                        new Stall(40.12, 24.09, 8.90, 2_358_505_645_000L), new Stall(0, 0.18, 0.09, 30_489_802_000L)));
    }

    @Test
    void takes_a_missing_full_line_for_no_stall() {
        assertThat(Pressure.parse("some avg10=1.00 avg60=0.00 avg300=0.00 total=7"))
                .contains(new Pressure(new Stall(1, 0, 0, 7000), Stall.NONE));
    }

    @Test
    void makes_nothing_of_what_it_does_not_know() {
        assertThat(Pressure.parse("")).isEmpty();
        assertThat(Pressure.parse("none")).isEmpty();
        assertThat(Pressure.parse("some avg10=x total=")).contains(new Pressure(Stall.NONE, Stall.NONE));
    }
}
