/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.Test;

/** Holds the splitter against the compiler's own parser, on every source file of this project. */
public class CompilerAgreementTests {

    private static final String SOURCES = System.getProperty("splitter.sources", "../..");

    @Test
    public void testSameMethodsAsTheCompiler() throws IOException {
        List<Path> files = sources();
        assertTrue("only " + files, files.size() > 20);
        for (Path file : files) {
            assertEquals(file.toString(), byCompiler(file), bySplitter(file));
        }
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> walk = Files.walk(Path.of(SOURCES))) {
            return walk.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
        }
    }

    private static List<String> bySplitter(Path file) throws IOException {
        return JavaSplitter.split(file.toString(), Files.readString(file)).methods().stream()
                .map(MethodUnit::symbol)
                .toList();
    }

    private static List<String> byCompiler(Path file) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> symbols = new ArrayList<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(file));
            for (CompilationUnitTree unit : task.parse()) {
                new Methods(symbols).scan(unit, "");
            }
        }
        return symbols;
    }

    /** Walks declarations, not bodies: what is declared inside a method or an initial value belongs to it. */
    private static final class Methods extends TreeScanner<Void, String> {

        private final List<String> symbols;

        Methods(List<String> symbols) {
            this.symbols = symbols;
        }

        @Override
        public Void visitClass(ClassTree type, String enclosing) {
            return super.visitClass(
                    type, qualify(enclosing, type.getSimpleName().toString()));
        }

        @Override
        public Void visitMethod(MethodTree method, String type) {
            boolean constructor = method.getName().contentEquals("<init>");
            String name = constructor
                    ? type.substring(type.lastIndexOf('.') + 1)
                    : method.getName().toString();
            symbols.add(qualify(type, name));
            return null;
        }

        @Override
        public Void visitVariable(VariableTree field, String type) {
            // Only an enum constant's initial value is a body of declarations: new Type() { ... } of its own type.
            boolean constant = field.getInitializer() instanceof NewClassTree creation
                    && creation.getClassBody() != null
                    && field.toString().contains("/*public static final*/");
            if (constant) {
                ClassTree body = ((NewClassTree) field.getInitializer()).getClassBody();
                scan(body.getMembers(), qualify(type, field.getName().toString()));
            }
            return null;
        }

        @Override
        public Void visitBlock(BlockTree initializer, String type) {
            return null;
        }

        private static String qualify(String enclosing, String name) {
            return enclosing.isEmpty() ? name : enclosing + "." + name;
        }
    }
}
