/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The user that OpenSearch runs as: the one who calls, or an unprivileged one where that is root. */
public final class Account {

    /** How folders among the temporary files begin. */
    public static final String FOLDER_PREFIX = "embedding-search-";

    private static final int NOBODY = 65534;

    private final boolean unprivileged;

    private Account(boolean unprivileged) {
        this.unprivileged = unprivileged;
    }

    public static Account current() {
        if (new UnixSystem().getUid() != 0) {
            return new Account(false);
        }
        if (!Commands.isInstalled("setpriv")) {
            throw new SetupException(
                    "OpenSearch refuses to run as root, and setpriv, which would start it as an"
                            + " unprivileged user, is not installed: install the package util-linux, or run this as another user.");
        }
        return new Account(true);
    }

    /** The command that runs these words as this user, with its process id. */
    List<String> command(List<String> words) {
        if (!unprivileged) {
            return words;
        }
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--no-new-privs"));
        command.addAll(words);
        return command;
    }

    /** Refuses a JDK that this user cannot run. */
    public void requireJdk(Path javaHome) {
        Path java = javaHome.resolve("bin/java");
        if (!can("-x", java)) {
            throw new SetupException(
                    "OpenSearch runs as an unprivileged user here, who cannot run [%s]: install a JDK 21"
                                    .formatted(java)
                            + " or newer outside of private folders, or run this as another user.");
        }
    }

    /**
     * A folder that this user can work in: the preferred one, or where that lies below a private folder (such as root's
     * home) a new one among the temporary files.
     */
    public Path folder(Path preferred) throws IOException {
        Path absolute = preferred.toAbsolutePath();
        if (usable(absolute)) {
            return absolute;
        }
        Set<String> places = new LinkedHashSet<>(List.of(System.getProperty("java.io.tmpdir"), "/tmp", "/var/tmp"));
        for (String place : places) {
            Path parent = Path.of(place).toAbsolutePath();
            if (can("-x", parent)) {
                Path folder = Files.createTempDirectory(parent, FOLDER_PREFIX);
                own(folder);
                return folder;
            }
        }
        throw new SetupException(
                "OpenSearch runs as an unprivileged user here, who can reach neither [%s] nor one of %s:"
                                .formatted(absolute, places)
                        + " open one of them to other users, or run this as another user.");
    }

    private boolean usable(Path folder) throws IOException {
        boolean existed = Files.exists(folder);
        Files.createDirectories(folder);
        own(folder);
        boolean usable = can("-w", folder) && can("-x", folder);
        if (!usable && !existed) {
            Files.delete(folder);
        }
        return usable;
    }

    /** Gives a folder, and all in it, to this user. */
    void own(Path tree) throws IOException {
        if (!unprivileged) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                return visitFile(folder, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.setAttribute(file, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", NOBODY, LinkOption.NOFOLLOW_LINKS);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    // The system is asked as that user: modes alone would miss access lists and mount options.
    private boolean can(String access, Path path) {
        return Commands.exitCode(command(List.of("test", access, path.toString()))) == 0;
    }
}
