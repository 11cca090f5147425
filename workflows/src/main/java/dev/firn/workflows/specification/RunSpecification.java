package dev.firn.workflows.specification;

/**
 * A resolved run specification: every default filled in. Field meanings and ranges stand in {@code run.schema.json}.
 *
 * @param threads threads of a compute step; the same number gives the same bits
 * @param encoder null only in a specification that was not accepted yet: then the weights that it starts from say
 * @param reuse whether finished stages with the same key are taken over
 */
public record RunSpecification(
        int specVersion,
        String name,
        String description,
        long seed,
        int threads,
        int priority,
        boolean reuse,
        DataSpecification data,
        TokenizerSpecification tokenizer,
        EncoderSpecification encoder,
        EncodingSpecification encoding,
        InitialiseSpecification initialise,
        FilterSpecification filter,
        ContrastiveSpecification pretrain,
        MineSpecification mine,
        ContrastiveSpecification finetune,
        EvaluateSpecification evaluate,
        RegisterSpecification register) {}
