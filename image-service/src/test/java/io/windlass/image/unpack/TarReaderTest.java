package io.windlass.image.unpack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.windlass.image.testing.TarBuilder;
import io.windlass.image.unpack.TarEntry.Segment;
import io.windlass.linux.RawName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TarReaderTest {
    private static List<TarEntry> read(byte[] archive) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        List<TarEntry> entries = new ArrayList<>();
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            entries.add(entry.get());
        }
        return entries;
    }

    private static TarEntry only(byte[] archive) throws IOException {
        List<TarEntry> entries = read(archive);
        assertThat(entries).hasSize(1);
        return entries.getFirst();
    }

    @Test
    void aFilesHeaderAndDataAreRead() throws IOException {
        byte[] archive = new TarBuilder()
                .mode(04755)
                .owner(1, 2)
                .file("bin/su", "content")
                .build();
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));

        TarEntry entry = reader.next().orElseThrow();

        assertThat(entry.path()).isEqualTo("bin/su");
        assertThat(entry.mode()).isEqualTo(04755);
        assertThat(List.of(entry.uid(), entry.gid())).containsExactly(1, 2);
        assertThat(entry.modifiedSeconds()).isEqualTo(1_700_000_000);
        byte[] data = new byte[100];
        assertThat(reader.read(data, 100)).isEqualTo(7);
        assertThat(new String(data, 0, 7, UTF_8)).isEqualTo("content");
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void extendedHeadersReplaceFields() throws IOException {
        String name = "a/".repeat(200) + "b";
        TarEntry entry = only(new TarBuilder()
                .owner(4_000_000_000L, 70_000)
                .pax("path", name)
                .pax("mtime", "1700000000.123456789")
                .file("short", "x")
                .build());

        assertThat(entry.path()).isEqualTo(name);
        assertThat(Integer.toUnsignedLong(entry.uid())).isEqualTo(4_000_000_000L);
        assertThat(entry.gid()).isEqualTo(70_000);
        assertThat(entry.modifiedNanos()).isEqualTo(123_456_789);
    }

    @Test
    void timesBeforeTheEpochCountForward() throws IOException {
        TarEntry entry =
                only(new TarBuilder().pax("mtime", "-1.25").file("old", "").build());

        assertThat(entry.modifiedSeconds()).isEqualTo(-2);
        assertThat(entry.modifiedNanos()).isEqualTo(750_000_000);
    }

    @Test
    void attributeValuesStayBytesInBothSpellings() throws IOException {
        byte[] capability = {1, 0, 0, 2, (byte) 0xff, 10, 0, (byte) 0x80};
        List<TarEntry.Attribute> attributes = only(new TarBuilder()
                        .pax("SCHILY.xattr.security.capability", capability)
                        .pax("LIBARCHIVE.xattr.user.%25a", "/wCA")
                        .file("ping", "x")
                        .build())
                .attributes();

        assertThat(attributes.getFirst().value()).isEqualTo(capability);
        assertThat(new String(attributes.get(1).name(), UTF_8)).isEqualTo("user.%a");
        assertThat(attributes.get(1).value()).isEqualTo(new byte[] {(byte) 0xff, 0, (byte) 0x80});
    }

    @Test
    void namesThatAreNotUtf8KeepTheirBytes() throws IOException {
        byte[] name = {'a', (byte) 0xff, 'b'};

        assertThat(RawName.encode(
                        only(new TarBuilder().pax("path", name).file("x", "").build())
                                .path()))
                .isEqualTo(name);
    }

    @Test
    void gnuLongNamesAndLinksAreRead() throws IOException {
        TarEntry entry = only(new TarBuilder()
                .gnuLong('K', "t".repeat(300))
                .gnuLong('L', "n".repeat(300))
                .symbolicLink("short", "cut")
                .build());

        assertThat(entry.path()).isEqualTo("n".repeat(300));
        assertThat(entry.linkTarget()).isEqualTo("t".repeat(300));
    }

    @Test
    void globalHeadersHoldUntilChanged() throws IOException {
        List<TarEntry> entries = read(new TarBuilder()
                .pax("gid", "77")
                .global()
                .file("a", "")
                .pax("gid", "78")
                .file("b", "")
                .file("c", "")
                .build());

        assertThat(entries).extracting(TarEntry::gid).containsExactly(77, 78, 77);
    }

    @Test
    void thePrefixOfUstarComesBeforeTheName() throws IOException {
        TarBuilder builder = new TarBuilder();
        byte[] header = builder.header("name", '0', "", 0);
        TarBuilder.text(header, 345, 155, "some/prefix");

        assertThat(only(builder.raw(TarBuilder.checksummed(header)).build()).path())
                .isEqualTo("some/prefix/name");
    }

    @Test
    void numbersMayBeBinary() throws IOException {
        TarBuilder builder = new TarBuilder();
        byte[] header = builder.header("big", '0', "", 0);
        Arrays.fill(header, 108, 116, (byte) 0);
        header[108] = (byte) 0x80;
        header[113] = 1;

        assertThat(only(builder.raw(TarBuilder.checksummed(header)).build()).uid())
                .isEqualTo(1 << 16);
    }

    @Test
    void sparseMapsAreReadInTheirPaxForms() throws IOException {
        byte[] data = new byte[512];
        TarEntry listed = only(new TarBuilder()
                .pax("GNU.sparse.map", "0,100,4096,412")
                .pax("GNU.sparse.size", "8192")
                .file("s", data)
                .build());
        byte[] map = Arrays.copyOf("2\n0\n100\n4096\n412\n".getBytes(UTF_8), 512);
        TarEntry leading = only(new TarBuilder()
                .pax("GNU.sparse.major", "1")
                .pax("GNU.sparse.minor", "0")
                .pax("GNU.sparse.name", "real")
                .pax("GNU.sparse.realsize", "8192")
                .file("s", concat(map, data))
                .build());

        assertThat(listed.segments()).containsExactly(new Segment(0, 100), new Segment(4096, 412));
        assertThat(leading.segments()).isEqualTo(listed.segments());
        assertThat(leading.path()).isEqualTo("real");
        assertThat(leading.size()).isEqualTo(8192);
    }

    @Test
    void sparseMapsThatLieAreRefused() {
        for (String map : List.of("0,100,50,412", "0,100,8000,412", "0,100", "0", "a,b", "-1,512")) {
            assertThatThrownBy(() -> read(new TarBuilder()
                            .pax("GNU.sparse.map", map)
                            .pax("GNU.sparse.size", "8192")
                            .file("s", new byte[512])
                            .build()))
                    .as(map)
                    .isInstanceOf(TarFormatException.class);
        }
    }

    @Test
    void damageIsNoticed() {
        byte[] archive = new TarBuilder().file("a", "content").build();
        byte[] flipped = archive.clone();
        flipped[3] ^= 1;

        assertThatThrownBy(() -> read(flipped)).hasMessageContaining("checksum");
        assertThatThrownBy(() -> read(Arrays.copyOf(archive, 700))).hasMessageContaining("ends in the middle");
        assertThatThrownBy(() -> read(Arrays.copyOf(archive, 100))).hasMessageContaining("ends in the middle");
    }

    @Test
    void hugeHeadersAreRefusedBeforeTheyAreRead() {
        TarBuilder builder = new TarBuilder();
        byte[] header = builder.header("pax", 'x', "", 7_000_000_000L);

        assertThatThrownBy(
                        () -> read(builder.raw(TarBuilder.checksummed(header)).build()))
                .hasMessageContaining("extended header of 7000000000 bytes");
    }

    @Test
    void unknownTypesAreRefusedByName() {
        assertThatThrownBy(() -> read(
                        new TarBuilder().member("disk", 'M', "", new byte[0]).build()))
                .hasMessageContaining("'disk'")
                .hasMessageContaining("'M'");
    }

    @Test
    void noMutationEscapesTheFormatsErrors() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] original = new TarBuilder()
                .directory("d")
                .pax("SCHILY.xattr.user.a", "b")
                .pax("mtime", "1.5")
                .file("d/f", "content")
                .gnuLong('L', "n".repeat(200))
                .hardLink("l", "d/f")
                .pax("GNU.sparse.map", "0,1,10,1")
                .pax("GNU.sparse.size", "20")
                .file("s", "ab")
                .device("null", '3', 1, 3)
                .build();
        for (int i = 0; i < 20_000; i++) {
            byte[] mutant = original.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            fixChecksums(mutant, random);
            try {
                read(mutant);
            } catch (TarFormatException expected) {
                assertThat(expected).hasMessageStartingWith("it ");
            } catch (IOException | RuntimeException e) {
                fail("seed " + seed + ", round " + i, e);
            }
        }
    }

    /** Without right checksums nearly all mutants would end at the first header. */
    private static void fixChecksums(byte[] archive, Random random) {
        for (int block = 0; block + 512 <= archive.length; block += 512) {
            if (archive[block + 257] == 'u' && random.nextInt(10) > 0) {
                byte[] header = TarBuilder.checksummed(Arrays.copyOfRange(archive, block, block + 512));
                System.arraycopy(header, 0, archive, block, 512);
            }
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(a);
        out.writeBytes(b);
        return out.toByteArray();
    }
}
