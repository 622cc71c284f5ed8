/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

/**
 * One method or constructor of a source file.
 *
 * @param symbol the enclosing types and the name, for example {@code Map.Entry.getKey}
 * @param signature the declaration without annotations and comments, on one line
 * @param docstring the text of its Javadoc; empty where it has none
 * @param code the declaration with its annotations and its body, as written
 * @param line where its name stands, counted from 1
 */
public record MethodUnit(String path, String symbol, String signature, String docstring, String code, int line) {}
