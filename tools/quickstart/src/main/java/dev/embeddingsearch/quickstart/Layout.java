/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** Where a build of this project leaves what a cluster needs. */
public final class Layout {

    private final Path project;
    private final Properties versions;

    private Layout(Path project, Properties versions) {
        this.project = project.toAbsolutePath().normalize();
        this.versions = versions;
    }

    /** The layout of the project with this root folder. */
    public static Layout of(Path project) throws IOException {
        Properties versions = new Properties();
        try (InputStream properties = Layout.class.getResourceAsStream("quickstart.properties")) {
            versions.load(properties);
        }
        return new Layout(project, versions);
    }

    public String openSearchVersion() {
        return versions.getProperty("opensearch");
    }

    public String libraryVersion() {
        return versions.getProperty("library");
    }

    public Path pluginZip() {
        return project.resolve("plugin/target/embedding-search-" + versions.getProperty("version") + "-"
                + versions.getProperty("line") + ".zip");
    }

    public Path serverJar() {
        return project.resolve("tools/embedding-server/target/embedding-server.jar");
    }

    Path indexerJar() {
        return project.resolve("tools/code-indexer/target/code-indexer.jar");
    }

    /** What runs the code indexer in the project's folder: with this JDK, unless that is what {@code java} is. */
    String indexerCommand() throws IOException {
        Path own = Path.of(System.getProperty("java.home"), "bin", "java");
        Optional<Path> java = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "java"))
                .filter(Files::isExecutable)
                .findFirst();
        boolean same = java.isPresent() && Files.isSameFile(java.get(), own);
        return "%s -jar %s".formatted(same ? "java" : own, project.relativize(indexerJar()));
    }

    public Path distributionZip() {
        return downloads().resolve("opensearch-" + openSearchVersion() + ".zip");
    }

    /** The sources of the library that the quickstart indexes. */
    Path librarySources() {
        return downloads().resolve("commons-lang3-" + libraryVersion() + "-sources.jar");
    }

    Path project() {
        return project;
    }

    private Path downloads() {
        return project.resolve("tools/quickstart/target/downloads");
    }
}
