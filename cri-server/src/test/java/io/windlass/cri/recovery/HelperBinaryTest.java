package io.windlass.cri.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelperBinaryTest {
    private final Properties properties = new Properties();

    @TempDir
    private Path folder;

    @Test
    void itIsTheDistributionsOwn() throws IOException {
        Path binary = executable("libexec/windlass-shim");
        properties.setProperty("windlass.home", folder.toString());

        assertThat(HelperBinary.find(properties, Map.of())).isEqualTo(binary);
    }

    @Test
    void theEnvironmentCanNameAnother() throws IOException {
        executable("libexec/windlass-shim");
        Path other = executable("other");
        properties.setProperty("windlass.home", folder.toString());

        assertThat(HelperBinary.find(properties, Map.of("WINDLASS_SHIM", other.toString())))
                .isEqualTo(other);
    }

    @Test
    void oneThatIsNotThereIsNamed() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> HelperBinary.find(properties, Map.of("WINDLASS_SHIM", missing.toString())))
                .hasMessage("cannot find the helper " + missing + ", which WINDLASS_SHIM names: there is no such file");
    }

    @Test
    void oneThatCannotBeExecutedIsNamed() throws IOException {
        Path binary = executable("libexec/windlass-shim");
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rw-r--r--"));
        properties.setProperty("windlass.home", folder.toString());

        assertThatThrownBy(() -> HelperBinary.find(properties, Map.of())).hasMessageEndingWith("it is not executable");
    }

    @Test
    void nobodySayingWhereItIsIsAnError() {
        assertThatThrownBy(() -> HelperBinary.find(properties, Map.of()))
                .hasMessageContaining("neither WINDLASS_SHIM nor windlass.home is set");
    }

    private Path executable(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.setPosixFilePermissions(Files.writeString(file, ""), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
