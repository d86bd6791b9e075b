package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilePagesTest {
    @Test
    void theLibraryOfTheJvmIsGivenBackAndTheJvmGoesOn() {
        assertThat(FilePages.giveBack(file -> file.endsWith("libjvm.so"))).isPositive();
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            numbers.add(i);
        }
        assertThat(numbers).hasSize(10_000);
    }

    @Test
    void onlyWhatIsWantedIsTouched() {
        List<Path> seen = new ArrayList<>();
        assertThat(FilePages.giveBack(file -> {
                    seen.add(file);
                    return false;
                }))
                .isZero();
        assertThat(seen).isNotEmpty().allMatch(Path::isAbsolute);
    }
}
