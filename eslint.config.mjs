import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "out", "bundles", "data", "src/operator/page"] },
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "max-lines": ["warn", { max: 260, skipBlankLines: true, skipComments: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "CallExpression[callee.property.name='only']", message: "a narrowed test hides the others" },
      ],
    },
  },
);
