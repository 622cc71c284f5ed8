/* SPDX-License-Identifier: Apache-2.0 */
/** The plugin class, which wires the rooms below it and does nothing else. */
package dev.embeddingsearch;
