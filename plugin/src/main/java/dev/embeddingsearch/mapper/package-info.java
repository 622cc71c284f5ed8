/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The field type {@code embedding}: its mapping, the values it accepts and how they are read back. It resolves models, but
 * never calls one.
 */
package dev.embeddingsearch.mapper;
