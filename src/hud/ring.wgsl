// The ring around a face: seven arcs with round ends, their shadow, a glow, a ring that spreads.
// Lengths are in ring radii. Colours leave with their alpha applied.

#import bevy_sprite::mesh2d_vertex_output::VertexOutput

struct Ring {
    // Middle, half aperture, half thickness, opacity.
    arcs: array<vec4<f32>, 7>,
    colors: array<vec4<f32>, 7>,
    glow_color: vec4<f32>,
    glow: f32,
    ripple: f32,
    ripple_phase: f32,
    sag: f32,
    wave_radius: f32,
    wave_opacity: f32,
    presence: f32,
    quad: f32,
};

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> ring: Ring;

// Distance to an arc of radius 1 around `middle`, with round ends.
fn arc_distance(p: vec2<f32>, middle: f32, half_aperture: f32, half_thickness: f32) -> f32 {
    let axis = vec2(cos(middle), sin(middle));
    let along = dot(p, axis);
    let across = abs(p.y * axis.x - p.x * axis.y);
    let end = vec2(cos(half_aperture), sin(half_aperture));
    // Beyond the end's direction, the end itself is closest.
    let beyond = across * end.x > along * end.y;
    let to_end = length(vec2(along, across) - end);
    let to_arc = abs(length(p) - 1.0);
    return select(to_arc, to_end, beyond) - half_thickness;
}

@fragment
fn fragment(mesh: VertexOutput) -> @location(0) vec4<f32> {
    var p = (mesh.uv - 0.5) * 2.0 * ring.quad;
    p.y = -p.y;
    let pixel = length(fwidth(p)) * 0.7071;

    // The glow ends before the quad does.
    let border = 1.0 - smoothstep(0.8 * ring.quad, ring.quad, length(p));
    if border <= 0.0 {
        discard;
    }

    // Soft shapes: the lower half hangs down, ripples run around.
    p.y /= 1.0 + ring.sag * smoothstep(0.3, -1.1, p.y);
    let angle = atan2(p.y, p.x);
    p /= 1.0 + ring.ripple * sin(5.0 * angle + ring.ripple_phase) * (0.7 + 0.3 * sin(3.0 * angle - 0.7 * ring.ripple_phase));

    let from_ring = length(p) - 1.0;

    // A shadow, so that the ring is seen on a bright picture.
    var color = vec4(0.0, 0.0, 0.0, 0.30 * exp(-pow(from_ring / 0.075, 2.0)));

    // Glow: light without cover, more outside than over the face.
    let reach = select(0.10, 0.30, from_ring > 0.0);
    let halo = exp(-abs(from_ring) / reach) * ring.glow * border;
    color += vec4(ring.glow_color.rgb * halo * 0.55, halo * 0.10);

    // The ring that spreads, thinner as it goes.
    let wave_width = 0.035 * (2.0 - ring.wave_radius) + 0.006;
    let wave_distance = abs(length(p) - ring.wave_radius);
    let wave = ring.wave_opacity * (1.0 - smoothstep(wave_width - pixel, wave_width + pixel, wave_distance));
    let wave_glow = ring.wave_opacity * exp(-wave_distance / 0.09) * 0.35;
    color = color * (1.0 - wave * 0.8) + vec4(ring.glow_color.rgb * (wave + wave_glow), wave * 0.8) * border;

    for (var i = 0; i < 7; i++) {
        let arc = ring.arcs[i];
        let distance = arc_distance(p, arc.x, arc.y, arc.z);
        let cover = (1.0 - smoothstep(-pixel, pixel, distance)) * arc.w;
        // A brighter core gives the arc volume.
        let core = 1.0 + 0.35 * smoothstep(0.0, -arc.z, distance);
        color = color * (1.0 - cover) + vec4(ring.colors[i].rgb * core * cover, cover);
    }
    return color * ring.presence;
}
