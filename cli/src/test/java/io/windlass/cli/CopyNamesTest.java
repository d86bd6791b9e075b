package io.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyNamesTest {
    @ParameterizedTest
    @CsvSource({
        // what is copied, whether that is a folder, the target, whether it is there, whether it is a folder: where to,
        // and as what
        "file,   false, /there,     true,  true,  /there, file",
        "file,   false, /a/there,   true,  false, /a/,    there",
        "file,   false, /a/new,     false, false, /a/,    new",
        "file,   false, new,        false, false, .,      new",
        "folder, true,  /there/,    true,  true,  /there/, folder",
        "folder, true,  /a/new,     false, false, /a/,    new",
        "folder, true,  /a/new/,    false, false, /a/,    new",
        ".,      true,  /there,     true,  true,  /there, .",
        ".,      true,  /a/new,     false, false, /a/,    new",
    })
    void a_copy_lies_where_cp_puts_it(
            String own,
            boolean isFolder,
            String target,
            boolean exists,
            boolean targetIsFolder,
            String folder,
            String name)
            throws IOException {
        assertThat(CopyNames.of(own, isFolder, target, exists, targetIsFolder, "here"))
                .isEqualTo(new CopyNames(folder, name));
    }

    @Test
    void what_cannot_be_is_refused_with_what_to_do() {
        assertThatThrownBy(() -> CopyNames.of("folder", true, "/a/file", true, false, "on the node"))
                .hasMessage("/a/file on the node is a file, and a folder cannot take its place");
        assertThatThrownBy(() -> CopyNames.of("file", false, "/a/new/", false, false, "on the node"))
                .hasMessage("there is no folder /a/new/ on the node; make it first");
    }

    @ParameterizedTest
    @CsvSource({"/a/b, b", "b, b", "/a/b/, b", "/a/b/., .", "/, .", "., .", "/a/.., ."})
    void the_last_name_of_a_path_is_what_a_copy_is_called(String path, String name) {
        assertThat(CopyNames.last(path)).isEqualTo(name);
    }
}
