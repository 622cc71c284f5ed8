/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.flatMapping;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.junit.Assert.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.Test;

/** Who may use whom among the packages; a new package joins the table. */
public class ArchitectureTests {

    private static final String ROOT = "dev.embeddingsearch";

    /** Of each package, by its name below the root, those that it may use besides itself. The root package wires them all. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("vectors.flat", Set.of()),
            entry("vectors.graph", Set.of("vectors.flat")),
            entry("vectors", Set.of("vectors.flat", "vectors.graph")),
            entry("source", Set.of()),
            entry("estimate", Set.of("vectors", "vectors.flat", "vectors.graph")),
            entry("knn", Set.of("vectors", "vectors.flat", "vectors.graph")),
            entry("hybrid", Set.of("knn", "vectors", "vectors.flat")),
            entry("rank", Set.of("knn")),
            entry("analysis", Set.of()),
            entry("model", Set.of()),
            entry("stats", Set.of()),
            entry("wire", Set.of()),
            entry("embedding", Set.of("model")),
            entry("embedding.cache", Set.of("embedding", "model")),
            entry("embedding.http", Set.of("embedding", "model", "stats")),
            entry("embedding.dispatch", Set.of("embedding", "embedding.http", "model", "stats")),
            entry("mapper", Set.of("model", "vectors", "vectors.flat", "source", "estimate")),
            entry("codec", Set.of("mapper", "vectors", "source")),
            entry("search", Set.of("mapper", "source", "hybrid", "knn")),
            entry(
                    "query",
                    Set.of(
                            "allocation",
                            "model",
                            "embedding",
                            "mapper",
                            "hybrid",
                            "knn",
                            "rank",
                            "search",
                            "stats",
                            "wire")),
            entry("bulk", Set.of()),
            entry("ingest", Set.of("model", "embedding", "mapper", "stats", "bulk")),
            entry("reembed", Set.of("ingest", "mapper", "wire")),
            entry(
                    "rest",
                    Set.of("model", "embedding", "mapper", "stats", "vectors", "vectors.flat", "estimate", "wire")),
            entry("allocation", Set.of("analysis", "mapper")),
            entry("testkit", Set.of()));

    /** Packages that know Java, Lucene and each other. */
    private static final Set<String> PURE_LUCENE =
            Set.of("vectors", "vectors.flat", "vectors.graph", "source", "estimate", "knn", "hybrid", "rank");

    private static final int MOST_FILES = 28;
    private static final int MOST_NEIGHBOURS = 15;

    /** Classes that know more of their package than they should. */
    private static final Set<String> KNOW_TOO_MUCH = Set.of("mapper.EmbeddingFieldMapper");

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    private static String full(String name) {
        return ROOT + "." + name;
    }

    @Test
    public void testNoCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(ALL);
    }

    @Test
    public void testEveryPackageIsInTheTable() {
        Set<String> packages = ALL.stream()
                .map(type -> type.getPackageName())
                .filter(name -> !name.equals(ROOT))
                .collect(toSet());
        assertEquals(MAY_USE.keySet().stream().map(ArchitectureTests::full).collect(toSet()), packages);
    }

    @Test
    public void testPackagesUseWhatTheyMay() {
        MAY_USE.forEach((name, mayUse) -> {
            String[] others = MAY_USE.keySet().stream()
                    .filter(other -> !other.equals(name) && !mayUse.contains(other))
                    .map(ArchitectureTests::full)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(full(name))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .orShould()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT)
                    .because("package " + name + " may use " + mayUse)
                    .check(ALL);
        });
    }

    @Test
    public void testSearchesAndFormatsArePureLucene() {
        String[] pure = Stream.concat(
                        Stream.of("java..", "org.apache.lucene.."),
                        PURE_LUCENE.stream().map(ArchitectureTests::full))
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAnyPackage(
                        PURE_LUCENE.stream().map(ArchitectureTests::full).toArray(String[]::new))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(pure)
                .check(ALL);
    }

    /** Whoever comes to a package reads its list of files first. */
    @Test
    public void testNoPackageIsAHall() {
        Map<String, Long> files = ALL.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getPackageName, counting()));
        files.values().removeIf(count -> count < MOST_FILES); // package-info is one more
        assertEquals(Map.of(), files);
    }

    /** A class is understood together with the classes that it uses. */
    @Test
    public void testNoClassKnowsMostOfItsPackage() {
        Map<String, Set<String>> known = ALL.stream()
                .collect(groupingBy(
                        ArchitectureTests::topLevel,
                        flatMapping(ArchitectureTests::neighbours, toCollection(TreeSet::new))));
        known.values().removeIf(names -> names.size() <= MOST_NEIGHBOURS);
        known.keySet()
                .removeAll(KNOW_TOO_MUCH.stream().map(ArchitectureTests::full).toList());
        assertEquals(Map.of(), known);
    }

    /** Top-level classes of its own package that a class uses, itself excepted. */
    private static Stream<String> neighbours(JavaClass type) {
        return type.getDirectDependenciesFromSelf().stream()
                .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                .filter(used -> used.getPackageName().equals(type.getPackageName()))
                .map(ArchitectureTests::topLevel)
                .filter(name -> !name.equals(topLevel(type)));
    }

    private static String topLevel(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTests::topLevel).orElse(type.getName());
    }

    @Test
    public void testOnlyTheNamesOfAnalysisKnowOpenSearch() {
        classes()
                .that()
                .resideInAPackage(full("analysis"))
                .and()
                .haveNameNotMatching(full("analysis.CodeAnalysis") + "(\\$.*)?")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.apache.lucene..", full("analysis"))
                .check(ALL);
    }
}
