/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Whole folders: unpacked, copied, deleted. */
public final class Folders {

    private Folders() {}

    /** Deletes a folder with all it holds; follows no links. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path emptied, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Copies what the target does not have yet. */
    static void copyMissing(Path source, Path target) throws IOException {
        List<Path> entries;
        try (Stream<Path> walk = Files.walk(source)) {
            entries = walk.toList();
        }
        for (Path entry : entries) {
            Path copy = target.resolve(source.relativize(entry).toString());
            if (!Files.exists(copy)) {
                Files.copy(entry, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** Unpacks a zip into a folder that it makes anew. */
    public static void unzip(Path zip, Path target) throws IOException {
        delete(target);
        unzip(zip, target, name -> name);
    }

    /** Unpacks a zip whose entries all lie below one folder, without that folder. */
    static void unzipInside(Path zip, Path target) throws IOException {
        unzip(zip, target, name -> name.substring(name.indexOf('/') + 1));
    }

    private static void unzip(Path zip, Path target, UnaryOperator<String> naming) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                Path path = target.resolve(naming.apply(name)).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("entry [" + name + "] of [" + zip + "] leads out of the target folder");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.getParent());
                    try (InputStream content = file.getInputStream(entry)) {
                        Files.copy(content, path);
                    }
                }
            }
        }
    }
}
