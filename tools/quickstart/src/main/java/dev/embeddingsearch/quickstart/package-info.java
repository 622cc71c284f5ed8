/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The program behind {@code ./quickstart}: starts a cluster with the plugin, fills two indices and compares searches.
 * {@code Control} and what it uses need the JDK alone: the script compiles and asks it before anything is built.
 */
package dev.embeddingsearch.quickstart;
