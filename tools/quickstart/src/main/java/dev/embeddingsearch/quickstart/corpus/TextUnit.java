/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

/** A piece of prose under its title. */
public record TextUnit(String path, String title, String body) {}
