/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.List;
import java.util.Optional;
import org.opensearch.common.settings.Settings;

/** Whose codec writes an index: at most one plugin may bring it. */
public final class CodecOwner {

    /** The settings by which others claim an index: k-NN and neural-search. */
    private static final List<String> CLAIMS = List.of("index.knn", "index.sparse");

    private CodecOwner() {}

    /** The setting that leaves the codec of an index to another plugin, or empty where it is ours. */
    public static Optional<String> claim(Settings indexSettings) {
        return CLAIMS.stream()
                .filter(claim -> indexSettings.getAsBoolean(claim, false))
                .findFirst();
    }
}
