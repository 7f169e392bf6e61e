/// Written by Tools/generate-onnx-schemas from the schemas of onnx 1.23.2.
extension ONNXSchemas {
    /// The newest version of the standard operator set that the table knows.
    public static let newestOperatorSet = 28
    /// The newest version of the file format that the table's source knows.
    public static let newestFormat = 14

    /// A line a version of an operator: inputs, outputs, attributes, and the element types that a type variable allows.
    /// `?`: may be missing; `*`: one or more; `!`: required.
    static let table = """
        Abs 1 | X:T | Y:T | consumed_inputs:INTS | T=f64,f32,f16
        Abs 6 | X:T | Y:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Abs 13 | X:T | Y:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        Add 1 | A:T B:T | C:T | axis:INT broadcast:INT consumed_inputs:INTS | T=f64,f32,f16
        Add 6 | A:T B:T | C:T | axis:INT broadcast:INT | T=f64,f32,f16,i32,i64,u32,u64
        Add 7 | A:T B:T | C:T |  | T=f64,f32,f16,i32,i64,u32,u64
        Add 13 | A:T B:T | C:T |  | T=f64,f32,f16,bf16,i32,i64,u32,u64
        Add 14 | A:T B:T | C:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        AveragePool 1 | X:T | Y:T | auto_pad:STRING kernel_shape:INTS! pads:INTS strides:INTS | T=f64,f32,f16
        AveragePool 7 | X:T | Y:T | auto_pad:STRING count_include_pad:INT kernel_shape:INTS! pads:INTS strides:INTS | T=f64,f32,f16
        AveragePool 10 | X:T | Y:T | auto_pad:STRING ceil_mode:INT count_include_pad:INT kernel_shape:INTS! pads:INTS strides:INTS | T=f64,f32,f16
        AveragePool 11 | X:T | Y:T | auto_pad:STRING ceil_mode:INT count_include_pad:INT kernel_shape:INTS! pads:INTS strides:INTS | T=f64,f32,f16
        AveragePool 19 | X:T | Y:T | auto_pad:STRING ceil_mode:INT count_include_pad:INT dilations:INTS kernel_shape:INTS! pads:INTS strides:INTS | T=f64,f32,f16
        AveragePool 22 | X:T | Y:T | auto_pad:STRING ceil_mode:INT count_include_pad:INT dilations:INTS kernel_shape:INTS! pads:INTS strides:INTS | T=f64,f32,f16,bf16
        BatchNormalization 1 | X:T scale:T B:T mean:T var:T | Y:T mean:T? var:T? saved_mean:T? saved_var:T? | consumed_inputs:INTS! epsilon:FLOAT is_test:INT momentum:FLOAT spatial:INT | T=f64,f32,f16
        BatchNormalization 6 | X:T scale:T B:T mean:T var:T | Y:T mean:T? var:T? saved_mean:T? saved_var:T? | epsilon:FLOAT is_test:INT momentum:FLOAT spatial:INT | T=f64,f32,f16
        BatchNormalization 7 | X:T scale:T B:T mean:T var:T | Y:T mean:T? var:T? saved_mean:T? saved_var:T? | epsilon:FLOAT momentum:FLOAT spatial:INT | T=f64,f32,f16
        BatchNormalization 9 | X:T scale:T B:T mean:T var:T | Y:T mean:T? var:T? saved_mean:T? saved_var:T? | epsilon:FLOAT momentum:FLOAT | T=f64,f32,f16
        BatchNormalization 14 | X:T scale:T B:T input_mean:U input_var:U | Y:T running_mean:U? running_var:U? | epsilon:FLOAT momentum:FLOAT training_mode:INT | T=f64,f32,f16,bf16 U=f64,f32,f16,bf16
        BatchNormalization 15 | X:T scale:T1 B:T1 input_mean:T2 input_var:T2 | Y:T running_mean:T2? running_var:T2? | epsilon:FLOAT momentum:FLOAT training_mode:INT | T=f64,f32,f16,bf16 T1=f64,f32,f16,bf16 T2=f64,f32,f16,bf16
        Cast 1 | input:T1 | output:T2 | to:STRING! | T1=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool T2=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Cast 6 | input:T1 | output:T2 | to:INT! | T1=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool T2=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Cast 9 | input:T1 | output:T2 | to:INT! | T1=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool T2=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Cast 13 | input:T1 | output:T2 | to:INT! | T1=all T2=all
        Cast 19 | input:T1 | output:T2 | saturate:INT to:INT! | T1=all T2=all
        Cast 21 | input:T1 | output:T2 | saturate:INT to:INT! | T1=all T2=all
        Cast 23 | input:T1 | output:T2 | saturate:INT to:INT! | T1=all T2=all
        Cast 24 | input:T1 | output:T2 | round_mode:STRING saturate:INT to:INT! | T1=all T2=all
        Cast 25 | input:T1 | output:T2 | round_mode:STRING saturate:INT to:INT! | T1=all T2=all
        Cast 28 | input:T1 | output:T2 | round_mode:STRING saturate:INT to:INT! | T1=all T2=all
        CastLike 15 | input:T1 target_type:T2 | output:T2 |  | T1=all T2=all
        CastLike 19 | input:T1 target_type:T2 | output:T2 | saturate:INT | T1=all T2=all
        CastLike 21 | input:T1 target_type:T2 | output:T2 | saturate:INT | T1=all T2=all
        CastLike 23 | input:T1 target_type:T2 | output:T2 | saturate:INT | T1=all T2=all
        CastLike 24 | input:T1 target_type:T2 | output:T2 | round_mode:STRING saturate:INT | T1=all T2=all
        CastLike 25 | input:T1 target_type:T2 | output:T2 | round_mode:STRING saturate:INT | T1=all T2=all
        Clip 1 | input:T | output:T | consumed_inputs:INTS max:FLOAT min:FLOAT | T=f64,f32,f16
        Clip 6 | input:T | output:T | max:FLOAT min:FLOAT | T=f64,f32,f16
        Clip 11 | input:T min:T? max:T? | output:T |  | T=f64,f32,f16
        Clip 12 | input:T min:T? max:T? | output:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Clip 13 | input:T min:T? max:T? | output:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        Concat 1 | inputs:T* | concat_result:T | axis:INT | T=f64,f32,f16
        Concat 4 | inputs:T* | concat_result:T | axis:INT! | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Concat 11 | inputs:T* | concat_result:T | axis:INT! | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Concat 13 | inputs:T* | concat_result:T | axis:INT! | T=all
        Constant 1 |  | output:T | value:TENSOR! | T=f64,f32,f16
        Constant 9 |  | output:T | value:TENSOR! | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Constant 11 |  | output:T | sparse_value:SPARSE_TENSOR value:TENSOR | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Constant 12 |  | output:T | sparse_value:SPARSE_TENSOR value:TENSOR value_float:FLOAT value_floats:FLOATS value_int:INT value_ints:INTS value_string:STRING value_strings:STRINGS | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Constant 13 |  | output:T | sparse_value:SPARSE_TENSOR value:TENSOR value_float:FLOAT value_floats:FLOATS value_int:INT value_ints:INTS value_string:STRING value_strings:STRINGS | T=all
        Constant 19 |  | output:T | sparse_value:SPARSE_TENSOR value:TENSOR value_float:FLOAT value_floats:FLOATS value_int:INT value_ints:INTS value_string:STRING value_strings:STRINGS | T=all
        Constant 21 |  | output:T | sparse_value:SPARSE_TENSOR value:TENSOR value_float:FLOAT value_floats:FLOATS value_int:INT value_ints:INTS value_string:STRING value_strings:STRINGS | T=all
        Constant 23 |  | output:T | sparse_value:SPARSE_TENSOR value:TENSOR value_float:FLOAT value_floats:FLOATS value_int:INT value_ints:INTS value_string:STRING value_strings:STRINGS | T=all
        Constant 24 |  | output:T | sparse_value:SPARSE_TENSOR value:TENSOR value_float:FLOAT value_floats:FLOATS value_int:INT value_ints:INTS value_string:STRING value_strings:STRINGS | T=all
        Constant 25 |  | output:T | sparse_value:SPARSE_TENSOR value:TENSOR value_float:FLOAT value_floats:FLOATS value_int:INT value_ints:INTS value_string:STRING value_strings:STRINGS | T=all
        Conv 1 | X:T W:T B:T? | Y:T | auto_pad:STRING dilations:INTS group:INT kernel_shape:INTS pads:INTS strides:INTS | T=f64,f32,f16
        Conv 11 | X:T W:T B:T? | Y:T | auto_pad:STRING dilations:INTS group:INT kernel_shape:INTS pads:INTS strides:INTS | T=f64,f32,f16
        Conv 22 | X:T W:T B:T? | Y:T | auto_pad:STRING dilations:INTS group:INT kernel_shape:INTS pads:INTS strides:INTS | T=f64,f32,f16,bf16
        Div 1 | A:T B:T | C:T | axis:INT broadcast:INT consumed_inputs:INTS | T=f64,f32,f16
        Div 6 | A:T B:T | C:T | axis:INT broadcast:INT | T=f64,f32,f16,i32,i64,u32,u64
        Div 7 | A:T B:T | C:T |  | T=f64,f32,f16,i32,i64,u32,u64
        Div 13 | A:T B:T | C:T |  | T=f64,f32,f16,bf16,i32,i64,u32,u64
        Div 14 | A:T B:T | C:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        Dropout 1 | data:T | output:T mask:T? | consumed_inputs:INTS is_test:INT ratio:FLOAT | T=f64,f32,f16
        Dropout 6 | data:T | output:T mask:T? | is_test:INT ratio:FLOAT | T=f64,f32,f16
        Dropout 7 | data:T | output:T mask:T? | ratio:FLOAT | T=f64,f32,f16
        Dropout 10 | data:T | output:T mask:T1? | ratio:FLOAT | T=f64,f32,f16 T1=bool
        Dropout 12 | data:T ratio:T1? training_mode:T2? | output:T mask:T2? | seed:INT | T=f64,f32,f16 T1=f64,f32,f16 T2=bool
        Dropout 13 | data:T ratio:T1? training_mode:T2? | output:T mask:T2? | seed:INT | T=f64,f32,f16,bf16 T1=f64,f32,f16 T2=bool
        Dropout 22 | data:T ratio:T1? training_mode:T2? | output:T mask:T2? | seed:INT | T=f64,f32,f16,bf16 T1=f64,f32,f16,bf16 T2=bool
        Elu 1 | X:T | Y:T | alpha:FLOAT consumed_inputs:INTS | T=f64,f32,f16
        Elu 6 | X:T | Y:T | alpha:FLOAT | T=f64,f32,f16
        Elu 22 | X:T | Y:T | alpha:FLOAT | T=f64,f32,f16,bf16
        Erf 9 | input:T | output:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Erf 13 | input:T | output:T |  | T=f64,f32,f16,bf16
        Exp 1 | input:T | output:T | consumed_inputs:INTS | T=f64,f32,f16
        Exp 6 | input:T | output:T |  | T=f64,f32,f16
        Exp 13 | input:T | output:T |  | T=f64,f32,f16,bf16
        Expand 8 | input:T shape:i64 | output:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Expand 13 | input:T shape:i64 | output:T |  | T=all
        Flatten 1 | input:T | output:T | axis:INT | T=f64,f32,f16
        Flatten 9 | input:T | output:T | axis:INT | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Flatten 11 | input:T | output:T | axis:INT | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Flatten 13 | input:T | output:T | axis:INT | T=all
        Flatten 21 | input:T | output:T | axis:INT | T=all
        Flatten 23 | input:T | output:T | axis:INT | T=all
        Flatten 24 | input:T | output:T | axis:INT | T=all
        Flatten 25 | input:T | output:T | axis:INT | T=all
        Gather 1 | data:T indices:Tind | output:T | axis:INT | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool Tind=i32,i64
        Gather 11 | data:T indices:Tind | output:T | axis:INT | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool Tind=i32,i64
        Gather 13 | data:T indices:Tind | output:T | axis:INT | T=all Tind=i32,i64
        Gelu 20 | X:T | Y:T | approximate:STRING | T=f64,f32,f16,bf16
        Gemm 1 | A:T B:T C:T | Y:T | alpha:FLOAT beta:FLOAT broadcast:INT transA:INT transB:INT | T=f64,f32,f16
        Gemm 6 | A:T B:T C:T | Y:T | alpha:FLOAT beta:FLOAT broadcast:INT transA:INT transB:INT | T=f64,f32,f16
        Gemm 7 | A:T B:T C:T | Y:T | alpha:FLOAT beta:FLOAT transA:INT transB:INT | T=f64,f32,f16
        Gemm 9 | A:T B:T C:T | Y:T | alpha:FLOAT beta:FLOAT transA:INT transB:INT | T=f64,f32,f16,i32,i64,u32,u64
        Gemm 11 | A:T B:T C:T? | Y:T | alpha:FLOAT beta:FLOAT transA:INT transB:INT | T=f64,f32,f16,i32,i64,u32,u64
        Gemm 13 | A:T B:T C:T? | Y:T | alpha:FLOAT beta:FLOAT transA:INT transB:INT | T=f64,f32,f16,bf16,i32,i64,u32,u64
        GlobalAveragePool 1 | X:T | Y:T |  | T=f64,f32,f16
        GlobalAveragePool 22 | X:T | Y:T |  | T=f64,f32,f16,bf16
        GlobalMaxPool 1 | X:T | Y:T |  | T=f64,f32,f16
        GlobalMaxPool 22 | X:T | Y:T |  | T=f64,f32,f16,bf16
        HardSigmoid 1 | X:T | Y:T | alpha:FLOAT beta:FLOAT consumed_inputs:INTS | T=f64,f32,f16
        HardSigmoid 6 | X:T | Y:T | alpha:FLOAT beta:FLOAT | T=f64,f32,f16
        HardSigmoid 22 | X:T | Y:T | alpha:FLOAT beta:FLOAT | T=f64,f32,f16,bf16
        HardSwish 14 | X:T | Y:T |  | T=f64,f32,f16
        HardSwish 22 | X:T | Y:T |  | T=f64,f32,f16,bf16
        Identity 1 | input:T | output:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Identity 13 | input:T | output:T |  | T=all
        Identity 14 | input:V | output:V |  | V=all
        Identity 16 | input:V | output:V |  | V=all
        Identity 19 | input:V | output:V |  | V=all
        Identity 21 | input:V | output:V |  | V=all
        Identity 23 | input:V | output:V |  | V=all
        Identity 24 | input:V | output:V |  | V=all
        Identity 25 | input:V | output:V |  | V=all
        LRN 1 | X:T | Y:T | alpha:FLOAT beta:FLOAT bias:FLOAT size:INT! | T=f64,f32,f16
        LRN 13 | X:T | Y:T | alpha:FLOAT beta:FLOAT bias:FLOAT size:INT! | T=f64,f32,f16,bf16
        LayerNormalization 17 | X:T Scale:T B:T? | Y:T Mean:U? InvStdDev:U? | axis:INT epsilon:FLOAT stash_type:INT | T=f64,f32,f16,bf16 U=f32,bf16
        LeakyRelu 1 | X:T | Y:T | alpha:FLOAT consumed_inputs:INTS | T=f64,f32,f16
        LeakyRelu 6 | X:T | Y:T | alpha:FLOAT | T=f64,f32,f16
        LeakyRelu 16 | X:T | Y:T | alpha:FLOAT | T=f64,f32,f16,bf16
        Less 1 | A:T B:T | C:T1 | axis:INT broadcast:INT | T=f64,f32,f16 T1=bool
        Less 7 | A:T B:T | C:T1 |  | T=f64,f32,f16 T1=bool
        Less 9 | A:T B:T | C:T1 |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64 T1=bool
        Less 13 | A:T B:T | C:T1 |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64 T1=bool
        Log 1 | input:T | output:T | consumed_inputs:INTS | T=f64,f32,f16
        Log 6 | input:T | output:T |  | T=f64,f32,f16
        Log 13 | input:T | output:T |  | T=f64,f32,f16,bf16
        LogSoftmax 1 | input:T | output:T | axis:INT | T=f64,f32,f16
        LogSoftmax 11 | input:T | output:T | axis:INT | T=f64,f32,f16
        LogSoftmax 13 | input:T | output:T | axis:INT | T=f64,f32,f16,bf16
        MatMul 1 | A:T B:T | Y:T |  | T=f64,f32,f16
        MatMul 9 | A:T B:T | Y:T |  | T=f64,f32,f16,i32,i64,u32,u64
        MatMul 13 | A:T B:T | Y:T |  | T=f64,f32,f16,bf16,i32,i64,u32,u64
        Max 1 | data_0:T* | max:T | consumed_inputs:INTS | T=f64,f32,f16
        Max 6 | data_0:T* | max:T |  | T=f64,f32,f16
        Max 8 | data_0:T* | max:T |  | T=f64,f32,f16
        Max 12 | data_0:T* | max:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Max 13 | data_0:T* | max:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        MaxPool 1 | X:T | Y:T | auto_pad:STRING kernel_shape:INTS! pads:INTS strides:INTS | T=f64,f32,f16
        MaxPool 8 | X:T | Y:T Indices:I? | auto_pad:STRING kernel_shape:INTS! pads:INTS storage_order:INT strides:INTS | T=f64,f32,f16 I=i64
        MaxPool 10 | X:T | Y:T Indices:I? | auto_pad:STRING ceil_mode:INT dilations:INTS kernel_shape:INTS! pads:INTS storage_order:INT strides:INTS | T=f64,f32,f16 I=i64
        MaxPool 11 | X:T | Y:T Indices:I? | auto_pad:STRING ceil_mode:INT dilations:INTS kernel_shape:INTS! pads:INTS storage_order:INT strides:INTS | T=f64,f32,f16 I=i64
        MaxPool 12 | X:T | Y:T Indices:I? | auto_pad:STRING ceil_mode:INT dilations:INTS kernel_shape:INTS! pads:INTS storage_order:INT strides:INTS | T=f64,f32,f16,i8,u8 I=i64
        MaxPool 22 | X:T | Y:T Indices:I? | auto_pad:STRING ceil_mode:INT dilations:INTS kernel_shape:INTS! pads:INTS storage_order:INT strides:INTS | T=f64,f32,f16,bf16,i8,u8 I=i64
        Min 1 | data_0:T* | min:T | consumed_inputs:INTS | T=f64,f32,f16
        Min 6 | data_0:T* | min:T |  | T=f64,f32,f16
        Min 8 | data_0:T* | min:T |  | T=f64,f32,f16
        Min 12 | data_0:T* | min:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Min 13 | data_0:T* | min:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        Mul 1 | A:T B:T | C:T | axis:INT broadcast:INT consumed_inputs:INTS | T=f64,f32,f16
        Mul 6 | A:T B:T | C:T | axis:INT broadcast:INT | T=f64,f32,f16,i32,i64,u32,u64
        Mul 7 | A:T B:T | C:T |  | T=f64,f32,f16,i32,i64,u32,u64
        Mul 13 | A:T B:T | C:T |  | T=f64,f32,f16,bf16,i32,i64,u32,u64
        Mul 14 | A:T B:T | C:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        Neg 1 | X:T | Y:T | consumed_inputs:INTS | T=f64,f32,f16
        Neg 6 | X:T | Y:T |  | T=f64,f32,f16,i8,i16,i32,i64
        Neg 13 | X:T | Y:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64
        PRelu 1 | X:T slope:T | Y:T | consumed_inputs:INTS | T=f64,f32,f16
        PRelu 6 | X:T slope:T | Y:T |  | T=f64,f32,f16
        PRelu 7 | X:T slope:T | Y:T |  | T=f64,f32,f16
        PRelu 9 | X:T slope:T | Y:T |  | T=f64,f32,f16,i32,i64,u32,u64
        PRelu 16 | X:T slope:T | Y:T |  | T=f64,f32,f16,bf16,i32,i64,u32,u64
        Pad 1 | data:T | output:T | mode:STRING paddings:INTS! value:FLOAT | T=f64,f32,f16
        Pad 2 | data:T | output:T | mode:STRING pads:INTS! value:FLOAT | T=f64,f32,f16
        Pad 11 | data:T pads:i64 constant_value:T? | output:T | mode:STRING | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Pad 13 | data:T pads:i64 constant_value:T? | output:T | mode:STRING | T=all
        Pad 18 | data:T pads:i64 constant_value:T? axes:Tind? | output:T | mode:STRING | T=all Tind=i32,i64
        Pad 19 | data:T pads:i64 constant_value:T? axes:Tind? | output:T | mode:STRING | T=all Tind=i32,i64
        Pad 21 | data:T pads:i64 constant_value:T? axes:Tind? | output:T | mode:STRING | T=all Tind=i32,i64
        Pad 23 | data:T pads:i64 constant_value:T? axes:Tind? | output:T | mode:STRING | T=all Tind=i32,i64
        Pad 24 | data:T pads:i64 constant_value:T? axes:Tind? | output:T | mode:STRING | T=all Tind=i32,i64
        Pad 25 | data:T pads:i64 constant_value:T? axes:Tind? | output:T | mode:STRING | T=all Tind=i32,i64
        Pow 1 | X:T Y:T | Z:T | axis:INT broadcast:INT | T=f64,f32,f16
        Pow 7 | X:T Y:T | Z:T |  | T=f64,f32,f16
        Pow 12 | X:T Y:T1 | Z:T |  | T=f64,f32,f16,i32,i64 T1=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Pow 13 | X:T Y:T1 | Z:T |  | T=f64,f32,f16,bf16,i32,i64 T1=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Pow 15 | X:T Y:T1 | Z:T |  | T=f64,f32,f16,bf16,i32,i64 T1=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        Reciprocal 1 | X:T | Y:T | consumed_inputs:INTS | T=f64,f32,f16
        Reciprocal 6 | X:T | Y:T |  | T=f64,f32,f16
        Reciprocal 13 | X:T | Y:T |  | T=f64,f32,f16,bf16
        ReduceMax 1 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i32,i64,u32,u64
        ReduceMax 11 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i32,i64,u32,u64
        ReduceMax 12 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i8,i32,i64,u8,u32,u64
        ReduceMax 13 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,bf16,i8,i32,i64,u8,u32,u64
        ReduceMax 18 | data:T axes:i64? | reduced:T | keepdims:INT noop_with_empty_axes:INT | T=f64,f32,f16,bf16,i8,i32,i64,u8,u32,u64
        ReduceMax 20 | data:T axes:i64? | reduced:T | keepdims:INT noop_with_empty_axes:INT | T=f64,f32,f16,bf16,i8,i32,i64,u8,u32,u64,bool
        ReduceMean 1 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i32,i64,u32,u64
        ReduceMean 11 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i32,i64,u32,u64
        ReduceMean 13 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,bf16,i32,i64,u32,u64
        ReduceMean 18 | data:T axes:i64? | reduced:T | keepdims:INT noop_with_empty_axes:INT | T=f64,f32,f16,bf16,i32,i64,u32,u64
        ReduceMin 1 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i32,i64,u32,u64
        ReduceMin 11 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i32,i64,u32,u64
        ReduceMin 12 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i8,i32,i64,u8,u32,u64
        ReduceMin 13 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,bf16,i8,i32,i64,u8,u32,u64
        ReduceMin 18 | data:T axes:i64? | reduced:T | keepdims:INT noop_with_empty_axes:INT | T=f64,f32,f16,bf16,i8,i32,i64,u8,u32,u64
        ReduceMin 20 | data:T axes:i64? | reduced:T | keepdims:INT noop_with_empty_axes:INT | T=f64,f32,f16,bf16,i8,i32,i64,u8,u32,u64,bool
        ReduceSum 1 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i32,i64,u32,u64
        ReduceSum 11 | data:T | reduced:T | axes:INTS keepdims:INT | T=f64,f32,f16,i32,i64,u32,u64
        ReduceSum 13 | data:T axes:i64? | reduced:T | keepdims:INT noop_with_empty_axes:INT | T=f64,f32,f16,bf16,i32,i64,u32,u64
        Relu 1 | X:T | Y:T | consumed_inputs:INTS | T=f64,f32,f16
        Relu 6 | X:T | Y:T |  | T=f64,f32,f16
        Relu 13 | X:T | Y:T |  | T=f64,f32,f16,bf16
        Relu 14 | X:T | Y:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64
        Reshape 1 | data:T | reshaped:T | consumed_inputs:INTS shape:INTS | T=f64,f32,f16
        Reshape 5 | data:T shape:i64 | reshaped:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Reshape 13 | data:T shape:i64 | reshaped:T |  | T=all
        Reshape 14 | data:T shape:i64 | reshaped:T | allowzero:INT | T=all
        Reshape 19 | data:T shape:i64 | reshaped:T | allowzero:INT | T=all
        Reshape 21 | data:T shape:i64 | reshaped:T | allowzero:INT | T=all
        Reshape 23 | data:T shape:i64 | reshaped:T | allowzero:INT | T=all
        Reshape 24 | data:T shape:i64 | reshaped:T | allowzero:INT | T=all
        Reshape 25 | data:T shape:i64 | reshaped:T | allowzero:INT | T=all
        Shape 1 | data:T | shape:T1 |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool T1=i64
        Shape 13 | data:T | shape:T1 |  | T=all T1=i64
        Shape 15 | data:T | shape:T1 | end:INT start:INT | T=all T1=i64
        Shape 19 | data:T | shape:T1 | end:INT start:INT | T=all T1=i64
        Shape 21 | data:T | shape:T1 | end:INT start:INT | T=all T1=i64
        Shape 23 | data:T | shape:T1 | end:INT start:INT | T=all T1=i64
        Shape 24 | data:T | shape:T1 | end:INT start:INT | T=all T1=i64
        Shape 25 | data:T | shape:T1 | end:INT start:INT | T=all T1=i64
        Sigmoid 1 | X:T | Y:T | consumed_inputs:INTS | T=f64,f32,f16
        Sigmoid 6 | X:T | Y:T |  | T=f64,f32,f16
        Sigmoid 13 | X:T | Y:T |  | T=f64,f32,f16,bf16
        Sign 9 | input:T | output:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64
        Sign 13 | input:T | output:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        Slice 1 | data:T | output:T | axes:INTS ends:INTS! starts:INTS! | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Slice 10 | data:T starts:Tind ends:Tind axes:Tind? steps:Tind? | output:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool Tind=i32,i64
        Slice 11 | data:T starts:Tind ends:Tind axes:Tind? steps:Tind? | output:T |  | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool Tind=i32,i64
        Slice 13 | data:T starts:Tind ends:Tind axes:Tind? steps:Tind? | output:T |  | T=all Tind=i32,i64
        Softmax 1 | input:T | output:T | axis:INT | T=f64,f32,f16
        Softmax 11 | input:T | output:T | axis:INT | T=f64,f32,f16
        Softmax 13 | input:T | output:T | axis:INT | T=f64,f32,f16,bf16
        Softplus 1 | X:T | Y:T |  | T=f64,f32,f16
        Softplus 22 | X:T | Y:T |  | T=f64,f32,f16,bf16
        Split 1 | input:T split:T? | outputs...:T* | axis:INT split:INTS | T=f64,f32,f16
        Split 2 | input:T | outputs:T* | axis:INT split:INTS | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Split 11 | input:T | outputs:T* | axis:INT split:INTS | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Split 13 | input:T split:i64? | outputs:T* | axis:INT | T=all
        Split 18 | input:T split:i64? | outputs:T* | axis:INT num_outputs:INT | T=all
        Sqrt 1 | X:T | Y:T | consumed_inputs:INTS | T=f64,f32,f16
        Sqrt 6 | X:T | Y:T |  | T=f64,f32,f16
        Sqrt 13 | X:T | Y:T |  | T=f64,f32,f16,bf16
        Squeeze 1 | data:T | squeezed:T | axes:INTS | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Squeeze 11 | data:T | squeezed:T | axes:INTS | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Squeeze 13 | data:T axes:i64? | squeezed:T |  | T=all
        Squeeze 21 | data:T axes:i64? | squeezed:T |  | T=all
        Squeeze 23 | data:T axes:i64? | squeezed:T |  | T=all
        Squeeze 24 | data:T axes:i64? | squeezed:T |  | T=all
        Squeeze 25 | data:T axes:i64? | squeezed:T |  | T=all
        Sub 1 | A:T B:T | C:T | axis:INT broadcast:INT consumed_inputs:INTS | T=f64,f32,f16
        Sub 6 | A:T B:T | C:T | axis:INT broadcast:INT | T=f64,f32,f16,i32,i64,u32,u64
        Sub 7 | A:T B:T | C:T |  | T=f64,f32,f16,i32,i64,u32,u64
        Sub 13 | A:T B:T | C:T |  | T=f64,f32,f16,bf16,i32,i64,u32,u64
        Sub 14 | A:T B:T | C:T |  | T=f64,f32,f16,bf16,i8,i16,i32,i64,u8,u16,u32,u64
        Sum 1 | data_0:T* | sum:T | consumed_inputs:INTS | T=f64,f32,f16
        Sum 6 | data_0:T* | sum:T |  | T=f64,f32,f16
        Sum 8 | data_0:T* | sum:T |  | T=f64,f32,f16
        Sum 13 | data_0:T* | sum:T |  | T=f64,f32,f16,bf16
        Swish 24 | X:T | Y:T | alpha:FLOAT | T=f64,f32,f16,bf16
        Tanh 1 | input:T | output:T | consumed_inputs:INTS | T=f64,f32,f16
        Tanh 6 | input:T | output:T |  | T=f64,f32,f16
        Tanh 13 | input:T | output:T |  | T=f64,f32,f16,bf16
        Transpose 1 | data:T | transposed:T | perm:INTS | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Transpose 13 | data:T | transposed:T | perm:INTS | T=all
        Transpose 21 | data:T | transposed:T | perm:INTS | T=all
        Transpose 23 | data:T | transposed:T | perm:INTS | T=all
        Transpose 24 | data:T | transposed:T | perm:INTS | T=all
        Transpose 25 | data:T | transposed:T | perm:INTS | T=all
        Unsqueeze 1 | data:T | expanded:T | axes:INTS! | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Unsqueeze 11 | data:T | expanded:T | axes:INTS! | T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Unsqueeze 13 | data:T axes:i64 | expanded:T |  | T=all
        Unsqueeze 21 | data:T axes:i64 | expanded:T |  | T=all
        Unsqueeze 23 | data:T axes:i64 | expanded:T |  | T=all
        Unsqueeze 24 | data:T axes:i64 | expanded:T |  | T=all
        Unsqueeze 25 | data:T axes:i64 | expanded:T |  | T=all
        Where 9 | condition:B X:T Y:T | output:T |  | B=bool T=f64,f32,f16,i8,i16,i32,i64,u8,u16,u32,u64,bool
        Where 16 | condition:B X:T Y:T | output:T |  | B=bool T=all
        """
}
