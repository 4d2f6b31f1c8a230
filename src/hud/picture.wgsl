// The camera picture: fills the screen, darkens and takes the mood's colour towards the edges.
// Where there is no picture, a slow field in the mood's colour.

#import bevy_sprite::mesh2d_vertex_output::VertexOutput

struct Look {
    mood: vec4<f32>,
    seen: vec2<f32>,
    gloom_middle: vec2<f32>,
    aspect: f32,
    open: f32,
    gloom: f32,
    seconds: f32,
};

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> look: Look;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var picture: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var picture_sampler: sampler;

// Interleaved gradient noise (Jimenez, 2014): hides the steps of dark gradients.
fn dither(pixel: vec2<f32>) -> f32 {
    return fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))) - 0.5;
}

fn field(uv: vec2<f32>) -> vec3<f32> {
    let p = (uv - 0.5) * vec2(look.aspect, 1.0);
    let t = look.seconds * 0.12;
    let waves = 0.5 + 0.25 * sin(3.1 * p.x + 2.0 * t + 1.7 * sin(2.3 * p.y - t))
        + 0.25 * sin(2.7 * p.y - 1.3 * t + 1.9 * sin(1.9 * p.x + t));
    let base = mix(vec3(0.006, 0.008, 0.013), vec3(0.022, 0.027, 0.038), waves);
    return base + look.mood.rgb * look.mood.a * (0.02 + 0.09 * waves * waves);
}

@fragment
fn fragment(mesh: VertexOutput) -> @location(0) vec4<f32> {
    let uv = mesh.uv;
    let in_frame = (uv - 0.5) * look.seen + 0.5;
    var photo = textureSample(picture, picture_sampler, in_frame).rgb;
    // A little calmer than life: the HUD carries the strong colours.
    let grey = dot(photo, vec3(0.2126, 0.7152, 0.0722));
    photo = mix(vec3(grey), photo, 0.92) * 0.90;

    var color = mix(field(uv), photo, look.open);

    // Distance to the edge: round in the corners, 0 in the middle, 1 at the edge's middle.
    let from_middle = (uv - 0.5) * 2.0;
    let rim = pow(dot(pow(abs(from_middle), vec2(3.0)), vec2(1.0)), 1.0 / 3.0);
    let edge = smoothstep(0.45, 1.15, rim);
    let lit = dot(color, vec3(0.2126, 0.7152, 0.0722));
    // The mood colours what light there is, and adds a little of its own.
    let tinted = look.mood.rgb * (lit * 0.9 + 0.045);
    color = mix(color, tinted, edge * look.mood.a * 0.62);
    color *= 1.0 - 0.52 * edge;

    // Darkness that closes in around those who fear, breathing a little.
    let from_fear = (from_middle - look.gloom_middle * look.gloom) * vec2(look.aspect, 1.0);
    let reach = mix(3.0, 1.0, look.gloom) + 0.03 * sin(look.seconds * 3.0) * look.gloom;
    color *= 1.0 - 0.88 * look.gloom * smoothstep(reach * 0.6, reach * 1.7, length(from_fear));

    color += dither(mesh.position.xy) * (1.0 / 255.0) * (0.15 + sqrt(max(color, vec3(0.0))));
    return vec4(max(color, vec3(0.0)), 1.0);
}
