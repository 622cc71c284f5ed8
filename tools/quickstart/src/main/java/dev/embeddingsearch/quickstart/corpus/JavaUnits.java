/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import java.util.List;

/**
 * What a Java source file holds.
 *
 * @param methods every method and constructor, those of nested types too; an abstract one has no body
 * @param types the Javadoc text of every type that has one, under the type's name
 */
public record JavaUnits(List<MethodUnit> methods, List<TextUnit> types) {

    public JavaUnits {
        methods = List.copyOf(methods);
        types = List.copyOf(types);
    }
}
