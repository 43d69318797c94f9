import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Gives a library's classes the class file format of Java 8, in place; a build step
/// (`java RaiseClassFiles.java LIBRARY.jar`). The JVM keeps no classes older than Java 6 in its
/// start-up cache, because their verifier can't be run ahead: each start would read, parse and
/// verify them anew. What is new in the format are the stack maps, which are computed here.
final class RaiseClassFiles {
    private RaiseClassFiles() {}

    public static void main(String[] arguments) throws IOException {
        Path library = Path.of(arguments[0]);
        Path raised = library.resolveSibling(library.getFileName() + ".raised");
        int classes = 0;
        try (JarFile jar = new JarFile(library.toFile());
                URLClassLoader loader = new URLClassLoader(new URL[] {library.toUri().toURL()});
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(raised))) {
            ClassFile format =
                    ClassFile.of(
                            StackMapsOption.GENERATE_STACK_MAPS,
                            ClassFile.ClassHierarchyResolverOption.of(
                                    ClassHierarchyResolver.ofResourceParsing(loader)));
            for (JarEntry entry : Collections.list(jar.entries())) {
                byte[] bytes = jar.getInputStream(entry).readAllBytes();
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                if (entry.getName().endsWith(".class")) {
                    ClassModel model = format.parse(bytes);
                    if (model.majorVersion() < ClassFile.JAVA_6_VERSION) {
                        bytes = format.transformClass(model, raise());
                        classes++;
                    }
                }
                out.write(bytes);
                out.closeEntry();
            }
        }
        if (classes == 0) {
            Files.delete(raised);
        } else {
            Files.move(raised, library, StandardCopyOption.REPLACE_EXISTING);
        }
        System.out.println(library.getFileName() + ": " + classes + " classes raised");
    }

    private static ClassTransform raise() {
        ClassTransform version =
                (builder, element) -> {
                    if (element instanceof ClassFileVersion) {
                        builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
                    } else {
                        builder.with(element);
                    }
                };
        // A transformation of its own makes each method's code be written anew.
        CodeTransform anew = (builder, element) -> builder.with(element);
        return version.andThen(ClassTransform.transformingMethodBodies(anew));
    }
}
