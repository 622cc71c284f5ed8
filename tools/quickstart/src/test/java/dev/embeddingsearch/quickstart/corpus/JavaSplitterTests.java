/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class JavaSplitterTests {

    @Test
    public void testMethodWithEverything() {
        MethodUnit method = only("""
                package a;

                import java.util.List;

                public final class Texts {
                    /** Not this one's. */
                    private static final int X = 1;

                    /**
                     * Joins {@code parts}.
                     *
                     * @param parts what to join
                     */
                    @SafeVarargs
                    @SuppressWarnings({"unchecked", "}{"})
                    public static <T extends Comparable<? super T>> List<T> join(
                            final T first, @Nullable("(") final T... parts) throws A, B {
                        return null; // }
                    }
                }
                """);
        assertEquals("Texts.java", method.path());
        assertEquals("Texts.join", method.symbol());
        assertEquals(
                "public static <T extends Comparable<? super T>> List<T> join("
                        + "final T first, final T... parts) throws A, B",
                method.signature());
        assertEquals("Joins parts.", method.docstring());
        assertEquals(16, method.line());
        assertEquals("""
                @SafeVarargs
                @SuppressWarnings({"unchecked", "}{"})
                public static <T extends Comparable<? super T>> List<T> join(
                        final T first, @Nullable("(") final T... parts) throws A, B {
                    return null; // }
                }""", method.code());
    }

    @Test
    public void testBracesInLiteralsAndCommentsAreText() {
        assertEquals(List.of("A.f", "A.g"), symbols("""
                class A {
                    void f() {
                        String s = "}\\"}";
                        char c = '}', d = '\\'', e = '\\\\', o = '{';
                        /* } */ // }
                        String block = \"""
                            } "quoted" \\\""" }
                            \""";
                    }
                    void g() {}
                }
                """));
    }

    @Test
    public void testFieldsAndBlocksAreNoMethods() {
        assertEquals(List.of("A.f"), symbols("""
                class A {
                    int a, b = call(1, 2), c[] = {1, 2};
                    static final Map<String, List<int[]>> MAP = new HashMap<>();
                    Runnable r = () -> { go(); };
                    Function<A, B> f = (A x) -> x.f(y -> { return y; });
                    static { go(); }
                    { go(); }
                    ;
                    int record = 1;
                    Comparator<String> order = new Comparator<>() {
                        public int compare(String x, String y) { return 0; }
                    };
                    void f() { new Object() { void hidden() {} }; class Local { void alsoHidden() {} } }
                }
                """));
    }

    @Test
    public void testNestedTypesQualifyTheirMembers() {
        assertEquals(List.of("A.A", "A.B.B", "A.B.C.c", "A.I.i", "A.after", "Second.s"), symbols("""
                public class A<T> extends Base<T> implements X, Y {
                    A() { super(); }
                    static class B {
                        private B(int x) { this.x = x; }
                        class C { void c() {} }
                    }
                    @FunctionalInterface interface I { int i(int x); }
                    void after() {}
                }
                class Second { void s() {} }
                """));
    }

    @Test
    public void testInterfacesAndAbstractMethodsEndAtTheSemicolon() {
        JavaUnits units = split("""
                sealed interface Shape permits Circle {
                    double PI = Math.abs(3);
                    /** Its area. */
                    double area();
                    default String name() { return "shape"; }
                    static Shape of(int[] sizes[]) { return null; }
                    abstract class Base { protected abstract void open() throws IOException; native int n(); }
                }
                """);
        assertEquals(
                List.of("Shape.area", "Shape.name", "Shape.of", "Shape.Base.open", "Shape.Base.n"),
                units.methods().stream().map(MethodUnit::symbol).toList());
        assertEquals("double area();", units.methods().getFirst().code());
        assertEquals("double area()", units.methods().getFirst().signature());
        assertEquals("Its area.", units.methods().getFirst().docstring());
    }

    @Test
    public void testEnumBodies() {
        assertEquals(List.of("Op.PLUS.apply", "Op.MINUS.apply", "Op.MINUS.helper", "Op.Op", "Op.apply"), symbols("""
                enum Op implements X {
                    /** Adds. */
                    PLUS("+", x -> { return x; }) { int apply(int a) { return a; } },
                    @Deprecated(since = "{")
                    MINUS("-") {
                        @Override int apply(int a) { return -a; }
                        private void helper() {}
                    },
                    ;
                    private final String sign;
                    Op(String sign) { this.sign = sign; }
                    abstract int apply(int a);
                }
                """));
        assertEquals(List.of("Plain.f"), symbols("enum Plain { A, B(1), C; void f() {} }"));
        assertEquals(List.of("X.after"), symbols("class X { enum E { A, B } enum F {} void after() {} }"));
    }

    @Test
    public void testRecordsWithTheirConstructors() {
        assertEquals(List.of("P.P", "P.P", "P.of", "Q.record", "Q.f"), symbols("""
                public record P<T>(@A({"x"}) T x, int y) implements I {
                    public P { if (y < 0) { throw new X(); } }
                    P(T x) { this(x, 1); }
                    static P of() { return null; }
                }
                record Empty() {}
                class Q { int record() { return 1; } record R(int x) {} void f() {} }
                """));
    }

    @Test
    public void testAnnotationTypesWithDefaults() {
        assertEquals(List.of("A.names", "A.type", "A.last"), symbols("""
                public @interface A {
                    String[] names() default {"a", "}"};
                    Class<?> type() default A.class;
                    int last() default 1;
                }
                """));
    }

    @Test
    public void testTypesBringTheirJavadoc() {
        List<TextUnit> types = split("""
                /* A licence. */
                package a;

                /** Outer text. */
                @A(B.class)
                public class Outer {
                    /** Inner text. */
                    interface Inner {}
                    class Silent {}
                }
                """).types();
        assertEquals(
                List.of(
                        new TextUnit("Texts.java", "Outer", "Outer text."),
                        new TextUnit("Texts.java", "Outer.Inner", "Inner text.")),
                types);
    }

    @Test
    public void testDocumentationBelongsToTheNextMemberOnly() {
        List<MethodUnit> methods = split("""
                class A {
                    /** Stale. */
                    /** Fresh. */
                    void f() { /** Not Javadoc of g. */ }
                    /**/ void g() {}
                }
                """).methods();
        assertEquals(
                List.of("Fresh.", ""),
                methods.stream().map(MethodUnit::docstring).toList());
    }

    @Test
    public void testUnfinishedSourceEnds() {
        assertEquals(List.of("A.f"), symbols("class A { void f() { if (x) {"));
        assertEquals(List.of(), symbols("class"));
        assertEquals(List.of(), symbols("class A { @"));
        assertEquals(List.of("A.f"), symbols("} } class A { void f() {} "));
        assertEquals(List.of(), symbols("class A { String s = \"never closed"));
        assertEquals(List.of(), symbols("enum E { A("));
    }

    private static MethodUnit only(String source) {
        List<MethodUnit> methods = split(source).methods();
        assertEquals(1, methods.size());
        return methods.getFirst();
    }

    private static List<String> symbols(String source) {
        return split(source).methods().stream().map(MethodUnit::symbol).toList();
    }

    private static JavaUnits split(String source) {
        return JavaSplitter.split("Texts.java", source);
    }
}
