/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import dev.embeddingsearch.codeindexer.split.Language;
import java.nio.file.Path;

/**
 * A file to index.
 *
 * @param path from the folder that is indexed, with forward slashes
 */
public record SourceFile(String path, Path file, Language language) {}
