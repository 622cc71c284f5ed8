/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static java.util.stream.Collectors.toSet;
import static org.junit.Assert.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

/** Who may use whom among the packages; a new package joins the table. */
public class PackageCycleTests {

    private static final String ROOT = "dev.embeddingsearch";

    /** Of each package, by its last name, those that it may use besides itself. The root package wires them all. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("lucene", Set.of()),
            entry("analysis", Set.of()),
            entry("model", Set.of()),
            entry("stats", Set.of()),
            entry("embedding", Set.of("model", "stats")),
            entry("mapper", Set.of("model", "lucene")),
            entry("codec", Set.of("mapper", "lucene")),
            entry("source", Set.of("mapper")),
            entry("fusion", Set.of("lucene")),
            entry("query", Set.of("model", "embedding", "mapper", "fusion", "stats")),
            entry("ingest", Set.of("model", "embedding", "mapper", "stats")),
            entry("backfill", Set.of("ingest", "mapper")),
            entry("rest", Set.of("model", "embedding", "mapper", "stats", "lucene")),
            entry("allocation", Set.of("analysis", "mapper")));

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
                .filter(name -> name.equals(ROOT) == false)
                .collect(toSet());
        assertEquals(MAY_USE.keySet().stream().map(PackageCycleTests::full).collect(toSet()), packages);
    }

    @Test
    public void testPackagesUseWhatTheyMay() {
        MAY_USE.forEach((name, mayUse) -> {
            String[] others = MAY_USE.keySet().stream()
                    .filter(other -> other.equals(name) == false && mayUse.contains(other) == false)
                    .map(PackageCycleTests::full)
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
    public void testFusionIsPureLucene() {
        classes()
                .that()
                .resideInAPackage(full("fusion"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.apache.lucene..", full("fusion"), full("lucene"))
                .check(ALL);
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
