/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/** What a node of a syntax tree is to the outline. */
enum Role {
    /** A function or, inside a type, a method. */
    FUNCTION,
    CONSTRUCTOR,
    TYPE,
    /** A type only where it has a body: elsewhere the same node merely names one. */
    TYPE_WITH_BODY,
    /** Gives its name to what is inside, and is no unit: a namespace, a module, an enum's constant. */
    SCOPE,
    /** A name with a value: a function where the value is one, else a scope. */
    BINDING,
    /** Belongs to the only declaration inside, like {@code export} and decorators. */
    WRAPPER,
    /** A wrapper, or a value without a name, which is then known by the name of its file. */
    EXPORT,
    /** Belongs to the declaration behind it. */
    COMMENT,
    ATTRIBUTE
}
