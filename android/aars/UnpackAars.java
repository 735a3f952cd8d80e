import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * Does with aars what Gradle's plugin does and Maven cannot: puts their classes into one folder and compiles their
 * resources. Run as a single source file:
 *
 * <pre>java UnpackAars.java AARS CLASSES RESOURCES AAPT2</pre>
 *
 * RESOURCES gets a compiled zip for each aar that has some, `all.txt` that lists them for aapt2, and `packages.txt`
 * with the packages that want a class R; and what an app is packed with: the manifests (listed in `manifests.txt`), R8's
 * rules and the native libraries of those that have some.
 */
class UnpackAars {
    private static final Pattern PACKAGE = Pattern.compile("package=\"([^\"]+)\"");

    public static void main(String[] args) throws Exception {
        Path aars = Path.of(args[0]);
        Path classes = Path.of(args[1]);
        Path resources = Path.of(args[2]);
        File aapt2 = new File(args[3]);
        aapt2.setExecutable(true);
        Files.createDirectories(resources);
        List<String> compiled = new ArrayList<>();
        List<String> packages = new ArrayList<>();
        List<String> manifests = new ArrayList<>();
        File[] files = aars.toFile().listFiles((folder, name) -> name.endsWith(".aar"));
        Arrays.sort(files);
        for (File file : files) {
            String name = file.getName().replace(".aar", "");
            Path res = resources.resolve(name);
            try (ZipFile aar = new ZipFile(file)) {
                for (ZipEntry entry : aar.stream().collect(Collectors.toList())) {
                    if (entry.isDirectory()) continue;
                    byte[] bytes = aar.getInputStream(entry).readAllBytes();
                    if (entry.getName().equals("classes.jar") || entry.getName().matches("libs/.*\\.jar")) unzip(bytes, classes);
                    if (entry.getName().startsWith("res/")) write(bytes, resources.resolve(name).resolve(entry.getName()));
                    if (entry.getName().startsWith("jni/")) write(bytes, resources.resolve(entry.getName()));
                    if (entry.getName().equals("proguard.txt")) write(bytes, resources.resolve("rules").resolve(name + ".pro"));
                    if (entry.getName().equals("AndroidManifest.xml") && !isForTests(name)) {
                        Path manifest = resources.resolve("manifests").resolve(name + ".xml");
                        write(bytes, manifest);
                        manifests.add(manifest.toString());
                    }
                }
                ZipEntry symbols = aar.getEntry("R.txt");
                if (symbols != null && symbols.getSize() > 0) packages.add(packageOf(aar));
            }
            if (Files.isDirectory(res)) compiled.add(compile(aapt2, res.resolve("res"), resources.resolve(name + ".zip")));
        }
        Files.writeString(resources.resolve("all.txt"), String.join("\n", compiled));
        Files.writeString(resources.resolve("packages.txt"), String.join(":", packages));
        Files.writeString(resources.resolve("manifests.txt"), String.join(File.pathSeparator, manifests));
    }

    private static boolean isForTests(String name) {
        return name.startsWith("androidx.test.") || name.contains(".ui-test-");
    }

    private static void unzip(byte[] jar, Path folder) throws IOException {
        ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar));
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (!entry.isDirectory()) write(zip.readAllBytes(), folder.resolve(entry.getName()));
        }
    }

    private static void write(byte[] bytes, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private static String packageOf(ZipFile aar) throws IOException {
        try (InputStream manifest = aar.getInputStream(aar.getEntry("AndroidManifest.xml"))) {
            var found = PACKAGE.matcher(new String(manifest.readAllBytes()));
            if (!found.find()) throw new IOException("no package: " + aar.getName());
            return found.group(1);
        }
    }

    private static String compile(File aapt2, Path from, Path to) throws Exception {
        Process process = new ProcessBuilder(aapt2.getPath(), "compile", "--dir", from.toString(), "-o", to.toString()).inheritIO().start();
        if (process.waitFor() != 0) throw new IOException("aapt2 does not compile " + from);
        return to.toString();
    }
}
