/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Properties;

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
        return project.resolve("plugin/target/embedding-search-" + versions.getProperty("version") + ".zip");
    }

    public Path serverJar() {
        return project.resolve("tools/embedding-server/target/embedding-server.jar");
    }

    public Path distributionZip() {
        return downloads().resolve("opensearch-" + openSearchVersion() + ".zip");
    }

    /** The sources of the library that the quickstart indexes. */
    public Path librarySources() {
        return downloads().resolve("commons-lang3-" + libraryVersion() + "-sources.jar");
    }

    Path project() {
        return project;
    }

    private Path downloads() {
        return project.resolve("tools/quickstart/target/downloads");
    }
}
