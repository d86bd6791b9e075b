import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Pushes every image that critest and the kubelet test name into a registry, under the path that each has in its own registry.
 *
 * <p>{@code java Images.java http://127.0.0.1:5000 INGREDIENTS}: prints "repository:tag digest" for each.
 */
final class Images {
    private static final String SHELL = "\"Cmd\":[\"sh\"]";
    private static final String USERS = """
            root:x:0:0:root:/root:/bin/sh
            daemon:x:1:1:daemon:/usr/sbin:/bin/false
            bin:x:2:2:bin:/bin:/bin/false
            mail:x:8:8:mail:/var/spool/mail:/bin/false
            www-data:x:33:33:www-data:/var/www:/bin/false
            nobody:x:65534:65534:nobody:/home:/bin/false
            """;
    private static final String GROUPS = """
            root:x:0:
            daemon:x:1:
            bin:x:2:
            mail:x:8:
            tty:x:5:
            www-data:x:33:
            users:x:100:
            nobody:x:65534:
            """;
    private static final String NGINX = """
            user www-data;
            worker_processes 1;
            pid /var/run/nginx.pid;
            error_log /var/log/nginx/error.log;
            events { worker_connections 64; }
            http {
              access_log /var/log/nginx/access.log;
              server { listen %d; location / { root /usr/share/nginx/html; index index.html; } }
            }
            """;

    private final Registry registry;
    private final Path ingredients;
    private final Layer busybox;

    private Images(Registry registry, Path ingredients) throws IOException, InterruptedException {
        this.registry = registry;
        this.ingredients = ingredients;
        this.busybox = busybox();
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 2) {
            System.err.println("usage: Images.java REGISTRY-URL INGREDIENTS");
            System.exit(2);
        }
        Images images = new Images(new Registry(URI.create(args[0])), Path.of(args[1]));
        images.endToEnd();
        images.ofCriTools();
        images.forBenchmarks();
    }

    /** Those below registry.k8s.io (and k8s.gcr.io, its former name). */
    private void endToEnd() throws IOException, InterruptedException {
        push(TestImage.of(Format.OCI, SHELL, busybox), "e2e-test-images/busybox:1.29-2");
        Layer pause = new Layer().file("/pause", program("pause"), 0755);
        String runPause = "\"Entrypoint\":[\"/pause\"],\"User\":\"65535:65535\",\"WorkingDir\":\"/\"";
        push(TestImage.of(Format.DOCKER, runPause, pause), "pause:3.9");
        // Another id than 3.9: a test counts the tags of that one.
        TestImage later = TestImage.of(Format.DOCKER, runPause + ",\"Labels\":{\"version\":\"3.10\"}", pause);
        push(later, "pause:3.10", "pause:3.10.1", "pause:3.10.2");
        Layer setUid = new Layer().file("/usr/local/bin/nnp", program("privileges"), 06755);
        push(TestImage.of(Format.OCI, "\"Cmd\":[\"nnp\"]", busybox, setUid), "e2e-test-images/nonewprivs:1.3");
        Layer httpd = new Layer()
                .file("/usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n")
                .file(
                        "/usr/local/bin/httpd-foreground",
                        """
                        #!/bin/sh
                        echo "[core:notice] Command line: 'httpd -D FOREGROUND'"
                        exec httpd -f -vv -p 80 -h /usr/local/apache2/htdocs
                        """
                                .getBytes(),
                        0755);
        push(
                TestImage.of(
                        Format.OCI,
                        "\"Cmd\":[\"httpd-foreground\"],\"ExposedPorts\":{\"80/tcp\":{}},\"StopSignal\":\"SIGTERM\"",
                        busybox,
                        httpd),
                "e2e-test-images/httpd:2.4.39-4");
        push(nginx(Format.OCI, 80), "e2e-test-images/nginx:1.14-2");
    }

    /** Those below gcr.io/k8s-staging-cri-tools. */
    private void ofCriTools() throws IOException, InterruptedException {
        push(nginx(Format.DOCKER, 12003).alone(), cri("hostnet-nginx-%s:latest".formatted(TestImage.processor())));
        push(ofUser("1002"), cri("test-image-user-uid:latest"));
        push(ofUser("www-data"), cri("test-image-user-username:latest"));
        push(ofUser("1003:1004"), cri("test-image-user-uid-group:latest"));
        push(ofUser("www-data:1004"), cri("test-image-user-username-group:latest"));
        Layer defaultUser = new Layer()
                .file("/etc/passwd", USERS + "default-user:x:1000:1000::/home/default-user:/bin/sh\n")
                .file("/etc/group", GROUPS + "default-user:x:1000:\ngroup-defined-in-image:x:50000:default-user\n")
                .folder("/home/default-user", 0755, 1000);
        push(
                TestImage.of(Format.DOCKER, SHELL + ",\"User\":\"1000\"", busybox, defaultUser),
                cri("test-image-predefined-group:latest"));
        for (String name : List.of("test-image-1", "test-image-2", "test-image-3", "test-image-latest", "test-image-digest")) {
            push(distinct(Format.DOCKER, name), cri(name + ":latest"));
        }
        push(distinct(Format.DOCKER, "tag-test"), cri("test-image-tag:test"));
        push(distinct(Format.DOCKER, "tag-all"), cri("test-image-tag:all"));
        push(
                distinct(Format.DOCKER, "one-image"),
                cri("test-image-tags:1"),
                cri("test-image-tags:2"),
                cri("test-image-tags:3"));
    }

    /** Those below public.ecr.aws. */
    private void forBenchmarks() throws IOException, InterruptedException {
        for (String tag : List.of("1", "1-glibc", "1-musl", "1-uclibc", "1.35.0-glibc")) {
            push(distinct(Format.OCI, "benchmark-" + tag), "docker/library/busybox:" + tag);
        }
    }

    private static String cri(String name) {
        return "k8s-staging-cri-tools/" + name;
    }

    private void push(TestImage image, String... names) throws IOException, InterruptedException {
        for (String name : names) {
            int colon = name.lastIndexOf(':');
            String digest = image.push(registry, name.substring(0, colon), name.substring(colon + 1));
            System.out.println(name + " " + digest);
        }
    }

    private TestImage ofUser(String user) {
        return TestImage.of(Format.DOCKER, SHELL + ",\"User\":\"" + user + '"', busybox);
    }

    private TestImage distinct(Format format, String mark) {
        return TestImage.of(format, SHELL, busybox, new Layer().file("/" + mark, ""));
    }

    private TestImage nginx(Format format, int port) throws IOException {
        Layer server = new Layer()
                .tree(ingredients.resolve("nginx"))
                .folder("/var/lib/nginx")
                .symbolicLink("/var/log/nginx/access.log", "/dev/stdout")
                .symbolicLink("/var/log/nginx/error.log", "/dev/stderr")
                .file(
                        "/usr/share/nginx/html/index.html",
                        "<html><title>Welcome to nginx!</title><body><h1>Welcome to nginx!</h1></body></html>\n")
                .file("/etc/nginx/nginx.conf", NGINX.formatted(port));
        return TestImage.of(
                format,
                "\"Cmd\":[\"nginx\",\"-g\",\"daemon off;\"],\"ExposedPorts\":{\"%d/tcp\":{}},\"StopSignal\":\"SIGQUIT\"".formatted(port),
                busybox,
                server);
    }

    /** Applets are hard links, so that masking one of them masks one program. */
    private Layer busybox() throws IOException, InterruptedException {
        Layer layer = new Layer();
        List.of("bin", "dev", "etc", "home", "proc", "root", "sbin", "sys", "usr/bin", "usr/sbin", "var/run", "var/spool/mail", "var/www")
                .forEach(layer::folder);
        layer.folder("/tmp", 01777, 0).file("/bin/busybox", program("busybox"), 0755);
        Process list = new ProcessBuilder(ingredients.resolve("busybox").toString(), "--list-full")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        for (String applet : new String(list.getInputStream().readAllBytes()).split("\n")) {
            if (!applet.equals("bin/busybox")) {
                layer.hardLink(applet, "/bin/busybox");
            }
        }
        if (list.waitFor() != 0) {
            throw new IOException("busybox --list-full ended with " + list.exitValue());
        }
        return layer.file("/etc/passwd", USERS)
                .file("/etc/group", GROUPS)
                .file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    }

    private byte[] program(String name) throws IOException {
        return Files.readAllBytes(ingredients.resolve(name));
    }
}
