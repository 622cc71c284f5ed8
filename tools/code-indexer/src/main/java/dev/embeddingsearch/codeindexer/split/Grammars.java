/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.List;
import org.treesitter.TreeSitterC;
import org.treesitter.TreeSitterCSharp;
import org.treesitter.TreeSitterCpp;
import org.treesitter.TreeSitterGo;
import org.treesitter.TreeSitterJava;
import org.treesitter.TreeSitterJavascript;
import org.treesitter.TreeSitterKotlin;
import org.treesitter.TreeSitterPhp;
import org.treesitter.TreeSitterPython;
import org.treesitter.TreeSitterRuby;
import org.treesitter.TreeSitterRust;
import org.treesitter.TreeSitterScala;
import org.treesitter.TreeSitterTsx;
import org.treesitter.TreeSitterTypescript;

/** The node types of each language that matter, in the words of its grammar. */
final class Grammars {

    private static final Grammar JAVA = Grammar.of(TreeSitterJava::new)
            .with(Role.FUNCTION, "method_declaration")
            .with(Role.CONSTRUCTOR, "constructor_declaration", "compact_constructor_declaration")
            .with(Role.TYPE, "class_declaration", "interface_declaration", "enum_declaration")
            .with(Role.TYPE, "record_declaration", "annotation_type_declaration")
            .with(Role.SCOPE, "enum_constant")
            .with(Role.COMMENT, "line_comment", "block_comment");

    private static final Grammar PYTHON = Grammar.of(TreeSitterPython::new)
            .with(Role.FUNCTION, "function_definition")
            .with(Role.TYPE, "class_definition")
            .with(Role.WRAPPER, "decorated_definition")
            .with(Role.ATTRIBUTE, "decorator")
            .with(Role.COMMENT, "comment")
            .withConstructors("__init__");

    private static final Grammar JAVASCRIPT = ecmaScript(Grammar.of(TreeSitterJavascript::new));

    private static final Grammar TYPESCRIPT = typeScript(Grammar.of(TreeSitterTypescript::new));

    private static final Grammar TSX = typeScript(Grammar.of(TreeSitterTsx::new));

    private static final Grammar GO = Grammar.of(TreeSitterGo::new)
            .with(Role.FUNCTION, "function_declaration", "method_declaration")
            .with(Role.TYPE, "type_spec")
            .with(Role.WRAPPER, "type_declaration")
            .with(Role.COMMENT, "comment");

    private static final Grammar C = cFamily(Grammar.of(TreeSitterC::new));

    private static final Grammar CPP = cFamily(Grammar.of(TreeSitterCpp::new))
            .with(Role.TYPE_WITH_BODY, "class_specifier")
            .with(Role.SCOPE, "namespace_definition")
            .with(Role.WRAPPER, "template_declaration")
            .withConstructors(Grammar.NAME_OF_TYPE);

    private static final Grammar C_SHARP = Grammar.of(TreeSitterCSharp::new)
            .with(Role.FUNCTION, "method_declaration", "destructor_declaration", "operator_declaration")
            .with(Role.FUNCTION, "conversion_operator_declaration", "indexer_declaration", "local_function_statement")
            .with(Role.CONSTRUCTOR, "constructor_declaration")
            .with(Role.TYPE, "class_declaration", "struct_declaration", "interface_declaration")
            .with(Role.TYPE, "enum_declaration", "record_declaration")
            .with(Role.SCOPE, "namespace_declaration")
            .with(Role.WRAPPER, "global_statement")
            .with(Role.COMMENT, "comment");

    private static final Grammar RUST = Grammar.of(TreeSitterRust::new)
            .with(Role.FUNCTION, "function_item", "function_signature_item", "macro_definition")
            .with(Role.TYPE, "struct_item", "enum_item", "union_item", "trait_item", "impl_item")
            .with(Role.SCOPE, "mod_item")
            .with(Role.ATTRIBUTE, "attribute_item")
            .with(Role.COMMENT, "line_comment", "block_comment");

    private static final Grammar RUBY = Grammar.of(TreeSitterRuby::new)
            .with(Role.FUNCTION, "method", "singleton_method")
            .with(Role.TYPE, "class", "module")
            .with(Role.COMMENT, "comment")
            .withConstructors("initialize");

    private static final Grammar PHP = Grammar.of(TreeSitterPhp::new)
            .with(Role.FUNCTION, "function_definition", "method_declaration")
            .with(Role.TYPE, "class_declaration", "interface_declaration", "trait_declaration", "enum_declaration")
            .with(Role.SCOPE, "anonymous_class")
            .with(Role.COMMENT, "comment")
            .withConstructors("__construct");

    private static final Grammar KOTLIN = Grammar.of(TreeSitterKotlin::new)
            .with(Role.FUNCTION, "function_declaration")
            .with(Role.CONSTRUCTOR, "secondary_constructor")
            .with(Role.TYPE, "class_declaration", "object_declaration")
            .with(Role.SCOPE, "companion_object", "enum_entry")
            .with(Role.COMMENT, "line_comment", "multiline_comment");

    private static final Grammar SCALA = Grammar.of(TreeSitterScala::new)
            .with(Role.FUNCTION, "function_definition", "function_declaration")
            .with(Role.TYPE, "class_definition", "object_definition", "trait_definition", "enum_definition")
            .with(Role.TYPE, "package_object")
            .with(Role.SCOPE, "given_definition")
            .with(Role.COMMENT, "comment", "block_comment")
            .withConstructors("this");

    private Grammars() {}

    /** Those that know the language, the best first; none for a language that is cut by its lines alone. */
    static List<Grammar> of(Language language) {
        return switch (language) {
            case JAVA -> List.of(JAVA);
            case PYTHON -> List.of(PYTHON);
            case JAVASCRIPT -> List.of(JAVASCRIPT);
            case TYPESCRIPT -> List.of(TYPESCRIPT);
            case TSX -> List.of(TSX);
            case GO -> List.of(GO);
            case C -> List.of(C);
            case CPP -> List.of(CPP);
            case C_SHARP -> List.of(C_SHARP);
            case RUST -> List.of(RUST);
            case RUBY -> List.of(RUBY);
            case PHP -> List.of(PHP);
            case KOTLIN -> List.of(KOTLIN);
            case SCALA -> List.of(SCALA);
            default -> List.of();
        };
    }

    private static Grammar ecmaScript(Grammar grammar) {
        return grammar.with(Role.FUNCTION, "function_declaration", "generator_function_declaration")
                .with(Role.FUNCTION, "method_definition")
                .with(Role.TYPE, "class_declaration")
                .with(Role.SCOPE, "class")
                .with(Role.BINDING, "variable_declarator", "pair", "assignment_expression", "field_definition")
                .with(Role.EXPORT, "export_statement")
                .with(Role.WRAPPER, "lexical_declaration", "variable_declaration")
                .with(Role.WRAPPER, "expression_statement")
                .with(Role.ATTRIBUTE, "decorator")
                .with(Role.COMMENT, "comment")
                .withConstructors("constructor");
    }

    private static Grammar typeScript(Grammar grammar) {
        return ecmaScript(grammar)
                .with(Role.TYPE, "abstract_class_declaration", "interface_declaration", "enum_declaration")
                .with(Role.TYPE, "type_alias_declaration")
                .with(Role.FUNCTION, "function_signature", "method_signature", "abstract_method_signature")
                .with(Role.BINDING, "public_field_definition", "property_signature")
                .with(Role.SCOPE, "internal_module", "module")
                .with(Role.WRAPPER, "ambient_declaration");
    }

    private static Grammar cFamily(Grammar grammar) {
        return grammar.with(Role.FUNCTION, "function_definition", "preproc_function_def")
                .with(Role.TYPE_WITH_BODY, "struct_specifier", "union_specifier", "enum_specifier")
                .with(Role.WRAPPER, "type_definition")
                .with(Role.COMMENT, "comment");
    }
}
