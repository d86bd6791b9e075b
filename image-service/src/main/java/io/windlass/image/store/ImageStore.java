package io.windlass.image.store;

import io.windlass.database.Database;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of images, layers and blobs; survives power loss. Thread-safe: reads come from memory, writes go through one
 * transaction each and are visible when they are on disk.
 */
public final class ImageStore implements AutoCloseable {
    private static final List<String> SCHEMA = List.of("""
            CREATE TABLE images (id TEXT PRIMARY KEY, config TEXT NOT NULL, size INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE image_layers (
              image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE, position INTEGER NOT NULL, layer TEXT NOT NULL,
              PRIMARY KEY (image, position)) STRICT, WITHOUT ROWID;
            CREATE TABLE image_blobs (
              image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE, digest TEXT NOT NULL,
              PRIMARY KEY (image, digest)) STRICT, WITHOUT ROWID;
            CREATE TABLE names (
              name TEXT PRIMARY KEY, target TEXT NOT NULL, image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE) STRICT, WITHOUT ROWID;
            CREATE TABLE layers (
              key TEXT PRIMARY KEY, bytes INTEGER NOT NULL, inodes INTEGER NOT NULL, root_set INTEGER NOT NULL)
              STRICT, WITHOUT ROWID;
            CREATE TABLE blobs (digest TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            """);

    private final Database database;
    private final Map<ImageId, OciImageConfig> parsed = new HashMap<>();
    private volatile Catalog catalog;

    private ImageStore(Database database) {
        this.database = database;
        this.catalog = database.transaction(this::load);
    }

    public static ImageStore open(StoreLayout layout) {
        return new ImageStore(Database.openAlone(layout.database(), Database.Durability.FULL, SCHEMA));
    }

    public Collection<StoredImage> images() {
        return catalog.images().values();
    }

    public Optional<StoredImage> image(ImageId id) {
        return Optional.ofNullable(catalog.images().get(id));
    }

    /** The image that has this full tag or digest reference. */
    public Optional<StoredImage> named(String name) {
        return catalog.named(name);
    }

    public Optional<StoredLayer> layer(Digest key) {
        return Optional.ofNullable(catalog.layers().get(key));
    }

    public Collection<StoredLayer> layers() {
        return catalog.layers().values();
    }

    /** Blobs with their sizes. */
    public Map<Digest, Long> blobs() {
        return catalog.blobs();
    }

    /** Records an unpacked layer, and its archive where {@code blobs} has it. Both must be on disk. */
    public void addLayer(StoredLayer layer, Map<Digest, Long> blobs) {
        change(c -> {
            execute(
                    c,
                    "INSERT OR REPLACE INTO layers VALUES (?, ?, ?, ?)",
                    layer.key().toString(),
                    layer.bytes(),
                    layer.inodes(),
                    layer.rootSet() ? 1L : 0L);
            addBlobs(c, blobs);
        });
    }

    /** Records blobs that are on disk. */
    public void addBlobs(Map<Digest, Long> blobs) {
        change(c -> addBlobs(c, blobs));
    }

    /** Records an image with names that now mean it; what they meant before loses them. */
    public void addImage(StoredImage image, byte[] config, Map<Digest, Long> newBlobs) {
        change(c -> {
            String id = image.id().toString();
            addBlobs(c, newBlobs);
            execute(
                    c,
                    "INSERT INTO images VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
                    id,
                    new String(config, StandardCharsets.UTF_8),
                    image.size());
            for (int i = 0; i < image.layers().size(); i++) {
                execute(
                        c,
                        "INSERT OR REPLACE INTO image_layers VALUES (?, ?, ?)",
                        id,
                        (long) i,
                        image.layers().get(i).toString());
            }
            for (Digest blob : image.blobs()) {
                execute(c, "INSERT OR IGNORE INTO image_blobs VALUES (?, ?)", id, blob.toString());
            }
            for (Map.Entry<String, Digest> name : image.names().entrySet()) {
                execute(
                        c,
                        "INSERT OR REPLACE INTO names VALUES (?, ?, ?)",
                        name.getKey(),
                        name.getValue().toString(),
                        id);
            }
        });
    }

    public void removeImage(ImageId id) {
        remove(c -> execute(c, "DELETE FROM images WHERE id = ?", id.toString()));
    }

    /** Forgets layers and blobs whose files are about to be deleted. */
    public void forget(Set<Digest> layers, Set<Digest> blobs) {
        remove(c -> {
            for (Digest layer : layers) {
                execute(c, "DELETE FROM layers WHERE key = ?", layer.toString());
            }
            for (Digest blob : blobs) {
                execute(c, "DELETE FROM blobs WHERE digest = ?", blob.toString());
            }
        });
    }

    private static void addBlobs(Connection c, Map<Digest, Long> blobs) throws SQLException {
        for (Map.Entry<Digest, Long> blob : blobs.entrySet()) {
            execute(
                    c,
                    "INSERT OR IGNORE INTO blobs VALUES (?, ?)",
                    blob.getKey().toString(),
                    blob.getValue());
        }
    }

    private synchronized void change(Database.Update work) {
        catalog = database.transaction(c -> {
            work.run(c);
            return load(c);
        });
    }

    private synchronized void remove(Database.Update work) {
        catalog = database.removal(c -> {
            work.run(c);
            return load(c);
        });
    }

    private Catalog load(Connection c) throws SQLException {
        Map<ImageId, Set<Digest>> blobs = new HashMap<>();
        each(
                c,
                "SELECT image, digest FROM image_blobs",
                row -> blobs.computeIfAbsent(ImageId.parse(row.getString(1)), id -> new HashSet<>())
                        .add(Digest.parse(row.getString(2))));
        Map<ImageId, List<Digest>> layersOf = new HashMap<>();
        each(
                c,
                "SELECT image, layer FROM image_layers ORDER BY image, position",
                row -> layersOf.computeIfAbsent(ImageId.parse(row.getString(1)), id -> new ArrayList<>())
                        .add(Digest.parse(row.getString(2))));
        Map<ImageId, Map<String, Digest>> names = new HashMap<>();
        each(
                c,
                "SELECT name, image, target FROM names",
                row -> names.computeIfAbsent(ImageId.parse(row.getString(2)), id -> new HashMap<>())
                        .put(row.getString(1), Digest.parse(row.getString(3))));
        Map<ImageId, StoredImage> images = new HashMap<>();
        each(c, "SELECT id, config, size FROM images", row -> {
            ImageId id = ImageId.parse(row.getString(1));
            images.put(
                    id,
                    new StoredImage(
                            id,
                            config(id, row.getString(2)),
                            row.getLong(3),
                            layersOf.getOrDefault(id, List.of()),
                            blobs.getOrDefault(id, Set.of()),
                            names.getOrDefault(id, Map.of())));
        });
        parsed.keySet().retainAll(images.keySet());
        Map<Digest, StoredLayer> layers = new HashMap<>();
        each(c, "SELECT key, bytes, inodes, root_set FROM layers", row -> {
            Digest key = Digest.parse(row.getString(1));
            layers.put(key, new StoredLayer(key, row.getLong(2), row.getLong(3), row.getInt(4) == 1));
        });
        Map<Digest, Long> allBlobs = new HashMap<>();
        each(c, "SELECT digest, size FROM blobs", row -> allBlobs.put(Digest.parse(row.getString(1)), row.getLong(2)));
        return Catalog.of(images, layers, allBlobs);
    }

    private OciImageConfig config(ImageId id, String json) {
        return parsed.computeIfAbsent(id, i -> ManifestReader.config(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static void each(Connection c, String sql, Row row) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                row.read(result);
            }
        }
    }

    private static void execute(Connection c, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        database.close();
    }

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }
}
